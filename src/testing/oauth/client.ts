import { readPart } from '../token-part.ts'
import { invalidRequest, OAuthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

/** Who asks. Nobody is registered: every client exists, and every secret is right. */
export interface Client {
  readonly id: string
  /** Whether it presented a secret. A client without one is public (RFC 6749 section 2.1). */
  readonly isConfidential: boolean
}

/** The client of a request to the token, introspection or revocation endpoint. */
export function readClient(headers: Headers, parameters: Parameters): Client {
  const authorization = headers.get('authorization')
  const id = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  const assertion = parameters.get('client_assertion')
  if (assertion !== undefined) return readAssertion(assertion, parameters)
  if (authorization === null) {
    if (id === undefined) throw invalidClient('The client_id is missing.')
    return { id: checkedId(id), isConfidential: secret !== undefined }
  }
  const basic = readBasic(authorization)
  // RFC 6749 section 2.3: a client must not use more than one method in one request.
  if (secret !== undefined || (id !== undefined && id !== basic.id)) {
    throw invalidRequest('The client must authenticate in one way: by header or by form.')
  }
  return { id: checkedId(basic.id), isConfidential: basic.secret !== '' }
}

/** RFC 7523 section 2.2. As every secret is right, every signature is. */
function readAssertion(assertion: string, parameters: Parameters): Client {
  const { sub } = readPart(assertion.split('.')[1]) ?? {}
  const id = parameters.get('client_id') ?? String(sub)
  const isJwt = parameters.get('client_assertion_type') === jwtBearer
  if (!isJwt || id !== sub) throw invalidClient('The client_assertion must be a JWT of the client.')
  if (parameters.get('client_secret') !== undefined) {
    throw invalidRequest('The client must authenticate in one way.')
  }
  return { id: checkedId(id), isConfidential: true }
}

const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The client of an authorization request. */
export function readClientId(parameters: Parameters): string {
  return checkedId(parameters.required('client_id'))
}

/** RFC 6749 appendix A.1. */
function checkedId(id: string): string {
  if (/^[\x20-\x7e]{1,255}$/.test(id)) return id
  throw invalidClient('The client_id must have 1 to 255 printable ASCII characters.')
}

function readBasic(authorization: string): { id: string; secret: string } {
  const encoded = /^basic +(?<value>[\w+/-]+=*)$/i.exec(authorization)?.groups?.['value']
  const decoded = Buffer.from(encoded ?? '', 'base64').toString()
  const at = decoded.indexOf(':')
  if (at < 1) throw invalidClient('The Authorization header must have Basic credentials.')
  return { id: formDecoded(decoded.slice(0, at)), secret: decoded.slice(at + 1) }
}

/** RFC 6749 section 2.3.1 has the id form-encoded. Clients that leave it as it is are common. */
function formDecoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function invalidClient(description: string): OAuthError {
  return new OAuthError('invalid_client', description, {
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="test issuer"' },
  })
}
