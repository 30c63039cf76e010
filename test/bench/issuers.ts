import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServedTestIssuer } from 'tollgate/testing'
import type { Setting } from './in-process/contender.ts'
import type { Bad } from './in-process/soundness.ts'
import { audience, mintTokens, type SignatureName, tampered } from './tokens.ts'

export type Kind = 'cached' | 'new' | 'opaque'

/** An issuer on 127.0.0.1, which programs in other processes reach by HTTP, and its tokens. */
export interface BenchIssuer {
  readonly setting: Setting
  /** Files with a token in each line. */
  readonly files: Readonly<Record<Kind, string>>
  readonly bad: Bad
}

/** Issuers and their tokens, made when they are needed first, and for the whole run. */
export interface Issuers {
  of(alg: SignatureName): Promise<BenchIssuer>
  /** Writes lines to a file that lasts as long as the issuers. */
  write(name: string, lines: readonly string[]): string
  close(): Promise<void>
}

/** How many tokens take turns when every contender with a cache has seen them before. */
export const cached = 100
/**
 * How many new tokens take turns: more than any cache holds (10,000 in tollgate), so that a token
 * which comes again is new again.
 */
export const fresh = 12_000

/** Opaque tokens that outlast the run. */
function opaqueTokens(issuer: ServedTestIssuer): readonly string[] {
  return Array.from({ length: cached }, () => issuer.opaque({}, { expiresIn: 86_400 }))
}

export function openIssuers(): Issuers {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-bench-'))
  const issuers = new Map<SignatureName, Promise<BenchIssuer>>()
  const served: ServedTestIssuer[] = []
  const write = (name: string, lines: readonly string[]): string => {
    const file = join(folder, name)
    writeFileSync(file, `${lines.join('\n')}\n`)
    return file
  }

  async function open(alg: SignatureName): Promise<BenchIssuer> {
    // Imported here and not at the top, because the run has only now built the package.
    const { serveTestIssuer } = await import('tollgate/testing')
    const issuer = await serveTestIssuer({ alg, audience })
    served.push(issuer)
    const { url, bad, jwks, keys } = issuer
    const { privateJwk, publicJwk } = keys.current
    const all = await mintTokens({ url, audience, alg, privateJwk }, cached + fresh)
    return {
      setting: {
        package: 'tollgate',
        issuer: url,
        jwksUri: String(issuer.metadata['jwks_uri']),
        audience,
        alg,
        jwk: publicJwk,
        trusted: [{ issuer: url, jwks }],
      },
      files: {
        cached: write(`${alg}-cached`, all.slice(0, cached)),
        new: write(`${alg}-new`, all.slice(cached)),
        opaque: write(`${alg}-opaque`, opaqueTokens(issuer)),
      },
      bad: {
        signature: [tampered(all[0] as string), bad.wrongKey()],
        claims: [bad.expired(), bad.wrongAudience()],
      },
    }
  }

  return {
    of(alg) {
      const issuer = issuers.get(alg) ?? open(alg)
      issuers.set(alg, issuer)
      return issuer
    },
    write,
    async close() {
      await Promise.all(served.map((issuer) => issuer.close()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
