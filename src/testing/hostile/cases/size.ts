import type { Definition, Make } from './case.ts'
import { family } from './case.ts'

/** A good token of so many characters: a claim fills it up. */
function filled(length: number): Make {
  return ({ signed, token }) => {
    const room = length - token.length - 16
    return signed({ fill: 'x'.repeat(Math.max(0, Math.ceil((room * 3) / 4))) })
  }
}

/** How much of a stranger's text is looked at: all of these are signed by the issuer, or are no token. */
export const sizeCases: readonly Definition[] = [
  ...family(
    { level: 'limit', needs: 'issuer-key', refs: ['CWE-400', 'CVE-2025-61920'] },
    {
      'size/9k': ['a token of 9,000 characters', filled(9000)],
      'size/15k': ['a token of 15,000 characters', filled(15_000)],
      'size/17k': ['a token of 17,000 characters, more than Node takes in headers', filled(17_000)],
      'size/header-5k': [
        'a header of 5,000 characters',
        ({ signed }) => signed({}, { fill: 'x'.repeat(3700) }),
      ],
      'size/kid-300': [
        'a kid of 300 characters, which grows caches and logs',
        ({ forged }) => forged({ kid: 'k'.repeat(300) }),
      ],
      'size/jti-300': ['a jti of 300 characters', ({ signed }) => signed({ jti: 'j'.repeat(300) })],
    },
  ),
  ...family(
    { level: 'limit', needs: 'nothing', refs: ['CVE-2025-30204', 'CVE-2025-61920'] },
    {
      'wire/5000-dots': ['5,000 dots', () => '.'.repeat(5000)],
    },
  ),
]
