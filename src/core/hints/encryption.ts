import { detailOf } from '../jwt/details.ts'
import { own } from '../own-members.ts'
import type { Explain } from './refused.ts'
import { listed, quoted, textsIn } from './wording.ts'

export const encryptedHint: Explain = () =>
  "the token is encrypted (JWE, five parts): expected is a signed JWT (three parts). If it is a refresh token (Cognito), send the access token. Otherwise have the issuer sign it only, or give the issuer the option 'decryption' with the keys of this API. Auth0 gives an encrypted token to a client that asks for no API: have the client send audience"

export const notEncryptedHint: Explain = ({ claims }) =>
  `the token is only signed, and expected of its issuer (${textsIn(own(claims, 'iss'))}) are tokens that are encrypted as well (option decryption.required): have the issuer encrypt it to a key of this API, or leave out 'required' while clients change over`

export const decryptionHint: Explain = ({ error, header }) => {
  const { fault, encryption = [] } = detailOf(error, 'decryption')
  const kid = header?.kid
  switch (fault) {
    case 'kid':
      return `the token is encrypted, and its kid is ${textsIn(kid)}: expected is the kid of a key in the option 'decryption'. Have the issuer encrypt to such a key and name it (RFC 7516 section 4.1.6), or add the key`
    case 'alg':
      return `the token is encrypted, and its alg is ${textsIn(header?.alg)}: expected is one of decryption.algorithms that its key ${quoted(kid ?? '')} fits, and is for. If the issuer encrypts so, name it there; RSA1_5, PBES2 and shared keys are never accepted`
    case 'enc':
      return `the token is encrypted, and its enc is none of decryption.encryption: expected is ${listed(encryption)}. If the issuer encrypts so, name it there`
    case 'zip':
      return 'the token is encrypted and compressed, and expected is one without zip, because what is compressed shows by its length what it holds (RFC 8725): have the issuer leave out zip'
    case 'cty':
      return "the token is encrypted, and its cty says that no JWT is in it: expected is 'JWT' (RFC 7519 section 5.2)"
    case 'epk':
      return 'the token is encrypted, and its epk is not as expected a point on the curve of the key that it names: have the issuer make epk for that key (RFC 7518 section 4.6)'
    case 'crowded':
      return 'too many encrypted tokens came at once, and at most 50 are decrypted at a time. The answer is 503: clients may send the token again. If this happens in peace, raise the number of processes, or have clients use a token more than once'
    case 'failed':
      return `the token cannot be decrypted with the key ${quoted(kid ?? '')}: expected is what was encrypted to its public half. It was changed or cut on the way, or another key has the same kid`
  }
}
