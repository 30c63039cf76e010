import type { HttpJson, HttpJwt } from '../remote/documents.ts'
import { askJsonOrJwt } from '../remote/documents.ts'
import type { HttpOptions } from '../remote/http.ts'
import { authenticate } from './authentication.ts'
import type { Client } from './client-options.ts'

/** A form that this API sends to an endpoint of an issuer, as its client. */
export interface ClientCall {
  readonly issuer: string
  readonly client: Client
  readonly endpoint: CalledEndpoint
  /**
   * Endpoints whose lists of methods count in the metadata (RFC 8414 section 2): the first that has
   * one.
   */
  readonly authenticatesAs: readonly string[]
  readonly form: Readonly<Record<string, string>>
  readonly accept: string
  /** Media types of answers that are a signed JWT. */
  readonly jwtTypes: readonly string[]
}

/** An endpoint of an issuer. */
export interface CalledEndpoint {
  readonly url: string
  /** The texts in a list that the metadata has under this name; undefined if it has none. */
  listed(member: string): readonly string[] | undefined
}

/** Rejects with a LoadError, which repeats nothing of what was sent. */
export async function callAsClient(
  { issuer, client, endpoint, authenticatesAs, form, accept, jwtTypes }: ClientCall,
  http: HttpOptions,
): Promise<HttpJson | HttpJwt> {
  const listed = (suffix: string): readonly string[] | undefined =>
    authenticatesAs
      .map((name) => endpoint.listed(`${name}_${suffix}`))
      .find((list) => list !== undefined)
  const by = await authenticate(client, {
    issuer,
    endpoint: endpoint.url,
    methods: listed('auth_methods_supported'),
    algorithms: listed('auth_signing_alg_values_supported'),
    now: http.now,
  })
  const { authorization } = by
  const request = { url: endpoint.url, accept, authorization, form: { ...form, ...by.form } }
  return askJsonOrJwt(request, jwtTypes, http)
}
