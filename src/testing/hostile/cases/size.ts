import type { BuildToken, CaseDefinition } from './case.ts'
import { family } from './case.ts'

/** A good token with about this many characters. A long claim fills it up. */
function ofLength(length: number): BuildToken {
  return ({ signed, token }) => {
    const room = length - token.length - 16
    return signed({ fill: 'x'.repeat(Math.max(0, Math.ceil((room * 3) / 4))) })
  }
}

/**
 * Texts that are too long to be looked at. The issuer signed most of them, so an app that refuses
 * one refuses it for its size.
 */
export const sizeCases: readonly CaseDefinition[] = [
  ...family(
    { level: 'limit', needs: 'issuer-key', refs: ['CWE-400', 'CVE-2025-61920'] },
    {
      'size/17k': [
        'the token has 17,000 characters, more than Node accepts in headers',
        ofLength(17_000),
      ],
      'size/header-5k': [
        'the header has 5,000 characters',
        ({ signed }) => signed({}, { fill: 'x'.repeat(3700) }),
      ],
      'size/kid-300': [
        'kid has 300 characters, which fill caches and logs',
        ({ forged }) => forged({ kid: 'k'.repeat(300) }),
      ],
      'size/jti-300': ['jti has 300 characters', ({ signed }) => signed({ jti: 'j'.repeat(300) })],
    },
  ),
  ...family(
    { level: 'limit', needs: 'nothing', refs: ['CVE-2025-30204', 'CVE-2025-61920'] },
    {
      'wire/5000-dots': ['the token is 5,000 dots', () => '.'.repeat(5000)],
    },
  ),
]
