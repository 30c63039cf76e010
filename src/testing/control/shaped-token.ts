import type { Claims } from '../claims.ts'
import type { TestIssuer } from '../issuer.ts'
import type { ResolvedModel } from '../issuer-model.ts'
import { resolveModel } from '../issuer-model.ts'
import type { MintOptions } from '../mint.ts'
import type { IssuerShape } from '../shapes/shapes.ts'

/**
 * A token with the claims and the `typ` of the issuers of another kind. `iss`, the audience and the
 * key stay those of this issuer: otherwise no API that trusts it could verify the token.
 */
export function shapedToken(
  issuer: TestIssuer,
  shape: IssuerShape,
  claims: Claims,
  options: MintOptions,
): string {
  const { model, isForAudience } = modelOf(issuer, shape)
  const { person, machine } = model
  const isMachine = options.machine ?? person === undefined
  const made = (isMachine ? machine : person) ?? person ?? machine
  const iat = Math.floor(issuer.now() / 1000)
  const { iss: _, ...own } =
    made?.claims({ iat, id: globalThis.crypto.randomUUID(), given: claims }) ?? {}
  const aud = !isForAudience && Object.hasOwn(own, 'aud') ? { aud: issuer.audience as string } : {}
  const { machine: _machine, ...others } = options
  return issuer.mint(
    // What an access token of RFC 9068 has, and that of the other issuer has not, is left out.
    { client_id: undefined, jti: undefined, aud: undefined, ...own, ...aud, ...claims },
    { ...others, header: { typ: made?.typ, ...options.header } },
  )
}

/** Issuers of some kinds have an audience that is not for the API to choose. */
function modelOf(
  issuer: TestIssuer,
  shape: IssuerShape,
): Pick<ResolvedModel, 'model'> & { isForAudience: boolean } {
  try {
    return { ...resolveModel({ shape, audience: issuer.audience }), isForAudience: true }
  } catch {
    return { ...resolveModel({ shape }), isForAudience: false }
  }
}
