import type { JWK } from 'jose'
import type { PublicKeyAlgorithm } from '../core/algorithms.ts'
import { numberWithin, wrongOption } from '../core/option-checks.ts'
import type { DecryptionOptions } from '../index.ts'
import { plainObject } from './arguments.ts'
import { createBadTokens } from './bad.ts'
import { claimsOption } from './claims.ts'
import { createClock } from './clock.ts'
import { checkReproducible, createIds, resolveDeterminism } from './deterministic.ts'
import { createDecryption, encryptToken } from './encrypt.ts'
import { createEndpoints } from './endpoints.ts'
import { interceptGlobalFetch } from './global-fetch.ts'
import { createMintIdToken } from './id-token.ts'
import type { OAuthServer } from './in-process-oauth.ts'
import { createInProcessOAuth } from './in-process-oauth.ts'
import type { AnyIssuer, TestIssuer, TrustOptions } from './issuer.ts'
import type { ServedAt } from './issuer-model.ts'
import { resolveModel } from './issuer-model.ts'
import type { TestIssuerOptions } from './issuer-options.ts'
import { createKeyRing } from './keys.ts'
import { createMint } from './mint.ts'
import { clockSeconds } from './number-bounds.ts'
import { apiMetadata } from './oauth/endpoints.ts'
import type { TokenRegister } from './opaque-tokens.ts'
import { createTokenRegister } from './opaque-tokens.ts'
import type { Outages } from './outages.ts'
import { createOutages } from './outages.ts'
import { createRequestLog } from './requests.ts'
import type { IssuerService } from './service.ts'
import { createService } from './service.ts'
import type { IssuerModel } from './shapes/shape.ts'
import { createSigner } from './sign.ts'
import { createMintStatement } from './statement.ts'
import { createStatements } from './statements.ts'
import { createStatusLists } from './status-lists.ts'
import type { TestKey } from './test-key.ts'
import { createTokens } from './tokens.ts'
import { createFetch } from './transport.ts'

const trustExample = "issuer.trust({ audience: 'https://api.test' })"

/** Where an issuer is: served over HTTP, or in this process, with what answers for it there. */
export type IssuerPlace = ({ readonly served: ServedAt } | { readonly loadServer: LoadServer }) & {
  /** How many requests its log keeps. Default: all. */
  readonly keptRequests?: number | undefined
}

/** Loads the authorization server of an issuer in this process. Most tests need none. */
export type LoadServer = (issuer: TestIssuer, register: TokenRegister) => Promise<OAuthServer>

/** Makes an issuer, the service that answers requests to it, and the list of its faults. */
export function assembleIssuer(
  given: TestIssuerOptions,
  place: IssuerPlace,
): { issuer: TestIssuer; service: IssuerService; outages: Outages; register: TokenRegister } {
  const options = resolveDeterminism(given)
  const served = 'served' in place ? place.served : undefined
  const { url, audience, model, alg } = resolveModel(options, served)
  const claims = claimsOption('the test issuer', options.claims)
  const expiresIn = numberWithin(
    "option 'expiresIn' of the test issuer",
    options.expiresIn ?? 300,
    clockSeconds,
  )
  const clock = createClock(options.now)
  const { now } = clock
  const origin = options.keys ?? 'random'
  const ring = createKeyRing(origin, options.alg ?? (origin === 'random' ? alg : undefined))
  const { keys } = ring
  const recorder = createRequestLog(place.keptRequests)
  const outages = createOutages()
  // Over HTTP, the server says where its endpoints are. The endpoints of a shape may be anywhere.
  const says = served === undefined && options.shape === undefined ? apiMetadata(baseOf(url)) : {}
  const published = () => keys.all.filter((key) => key.published)
  const publisher = {
    get metadata() {
      return { ...metadataOf(url, model, published()), ...says, ...options.metadata }
    },
    get jwks() {
      return { keys: published().map((key) => ({ ...key.publicJwk, ...model.keyMembers })) }
    },
    get statusLists() {
      return statusLists
    },
  }
  const endpoints = createEndpoints(model, publisher)
  const service = createService({ endpoints, keys, outages, recorder, now })
  const oauth = createInProcessOAuth(says, async () => {
    if ('served' in place) throw new TypeError('tollgate: this issuer answers over HTTP')
    return place.loadServer(issuer, register)
  })
  const fetch = createFetch(service, oauth)
  const ids = createIds(options.deterministic)
  function checkAlgorithm(signs: PublicKeyAlgorithm, option = "option 'alg' of issuer.mint"): void {
    if (options.deterministic) checkReproducible(option, signs)
  }
  checkAlgorithm(keys.current.alg, "option 'alg' of the test issuer")
  const defaults = { issuer: url, model, claims, expiresIn, now, ids }
  const signer = createSigner(ring, checkAlgorithm)
  const { mint, mintOther, payloadOf } = createMint(signer, defaults)
  const mintStatement = createMintStatement(signer, payloadOf, defaults)
  const statusLists = createStatusLists(mintStatement, endpoints.homeOf(url))
  const register = createTokenRegister(mint, ids, options.deterministic)
  const trustOptions: TrustOptions<AnyIssuer> = {
    issuer: model.issuer,
    audience,
    now,
    ...(served === undefined && { fetch }),
    ...(model.keysAt.startsWith('http:') && { allowInsecureLoopback: true }),
  }
  let decryption: DecryptionOptions | undefined
  function decryptionOf(): DecryptionOptions {
    decryption ??= createDecryption()
    return decryption
  }
  function reset(): void {
    ring.reset()
    outages.clear()
    recorder.requests.clear()
    statusLists.reset()
    clock.reset()
    ids.reset()
    register.reset()
    oauth.reset()
  }

  const issuer: TestIssuer = {
    url,
    audience,
    get metadata() {
      return publisher.metadata
    },
    get jwks() {
      return publisher.jwks
    },
    clock,
    keys,
    requests: recorder.requests,
    bad: createBadTokens({ mint, mintOther, keys, now, expiresIn, ids }),
    get decryption() {
      return decryptionOf()
    },
    encrypt(token, encryption = {}) {
      if (options.deterministic) {
        wrongOption('issuer.encrypt', 'is not for a deterministic issuer: each encryption differs')
      }
      return encryptToken(token, encryption, decryptionOf().keys[0] as JWK)
    },
    now,
    fetch,
    trust: (overrides = {}) => ({
      ...trustOptions,
      ...plainObject('the overrides of issuer.trust', overrides, trustExample),
    }),
    ...createTokens(mint, createMintIdToken(mintStatement, defaults)),
    ...createStatements(mintStatement, { issuer: url, audience, model }),
    statusList: statusLists.create,
    opaque: register.opaque,
    revoke: register.revoke,
    isRevoked: ({ token }) => register.isRevoked(token),
    fail: outages.fail,
    async during(endpoint, fault, run) {
      const outage = outages.fail(endpoint, fault)
      try {
        return await run()
      } finally {
        outage[Symbol.dispose]()
      }
    },
    interceptGlobalFetch: () => interceptGlobalFetch(service.origins, fetch),
    reset,
    [Symbol.dispose]: reset,
  }
  return { issuer, service, outages, register }
}

/** The URL of an issuer, without a slash at its end. */
export function baseOf(url: string): string {
  return url.replace(/\/$/, '')
}

/** The discovery document: what is the same for all issuers (RFC 8414), and what this one adds. */
function metadataOf(
  url: string,
  { keysAt, metadata }: IssuerModel,
  published: readonly TestKey[],
): Record<string, unknown> {
  if (metadata === undefined) return {}
  return {
    issuer: url,
    jwks_uri: keysAt,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(published.map((key) => key.alg))],
    ...metadata.says,
  }
}
