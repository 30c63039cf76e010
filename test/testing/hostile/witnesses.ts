import { inflateRawSync } from 'node:zlib'
import type { JWK } from 'jose'
import type { TestIssuer } from 'tollgate/testing'
import {
  certified,
  hasHmac,
  hmacWithPublicKey,
  isRight,
  isUnsigned,
  keysAt,
  keysOfIssuer,
  psychic,
  remembering,
  withKeys,
} from './believing.ts'
import type { Check, Flaw } from './careful.ts'
import { isGood, isSignedWith } from './careful.ts'
import type { Carrier } from './carriers.ts'
import {
  fromAnyScheme,
  fromAnywhereInIt,
  fromBearer,
  fromElsewhere,
  fromExactBearer,
  fromRest,
  fromSqueezed,
} from './carriers.ts'
import { decrypted, deserialized, nested, tidied } from './unwrapping.ts'

/** A guard that is broken in one way, and careful in all others. */
export interface Broken extends Flaw {
  readonly from?: Carrier
  /** Lets a request through without looking at a token. */
  readonly opens?: (request: Request) => boolean
}

export interface Guard {
  fetch(request: Request): Promise<Response>
}

/** A route behind a guard. */
export function guardWith(
  issuer: TestIssuer,
  { from = fromBearer, opens, ...flaw }: Broken = {},
): Guard {
  return {
    async fetch(request) {
      if (opens?.(request)) return new Response('open')
      for (const token of await from(request)) {
        if (await isGood(token, issuer, flaw)) return new Response('welcome')
      }
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    },
  }
}

/** A broken guard, and the cases that it lets in: each of them, or the case proves nothing. */
export interface Witness {
  readonly accepts: RegExp
  readonly make: () => Broken
}

function forgetting(...without: readonly Check[]): Broken {
  return { without }
}

function witness(accepts: RegExp, broken: Broken | (() => Broken)): Witness {
  return {
    accepts,
    make: typeof broken === 'function' ? broken : () => broken,
  }
}

/** By what is broken in them. */
export const witnesses: Readonly<Record<string, Witness>> = {
  'honours alg none': witness(/^alg\/(none|nOnE|None|NONE|missing|empty|null|array|object)/, {
    without: ['format'],
    trusts: (pieces) => isUnsigned(pieces) || isRight(pieces),
  }),
  'takes the public key for a secret': witness(/^alg\/hs/, {
    trusts: (pieces) => isRight(pieces) || hmacWithPublicKey(pieces),
  }),
  'has a secret that can be guessed': witness(/^hmac\/|^kid\/dev-null$/, {
    trusts: (pieces) =>
      isRight(pieces) || ['', 'secret', Buffer.alloc(32)].some((one) => hasHmac(pieces, one)),
  }),
  'lets the header choose the algorithm': witness(/^alg\/(rsa|ecdsa)-/, forgetting('alg')),
  'trusts the jwk of the header': witness(/^jwk\//, {
    trusts: withKeys(({ header }) => (header['jwk'] ? [header['jwk'] as JWK] : [])),
  }),
  'trusts the x5c of the header': witness(/^x5c\//, {
    trusts: withKeys(({ header: { x5c } }) =>
      Array.isArray(x5c) ? certified(Buffer.from(x5c[0], 'base64')) : [],
    ),
  }),
  'fetches the jku of the header': witness(/^jku\//, {
    trusts: withKeys(({ header }) => keysAt(header['jku'])),
  }),
  'fetches the x5u of the header': witness(/^x5u\//, {
    trusts: withKeys(async ({ header: { x5u } }) =>
      x5u ? certified(await (await fetch(String(x5u))).text()) : [],
    ),
  }),
  'fetches the kid of the header': witness(/^kid\/url$/, {
    trusts: withKeys(({ header }) => keysAt(header['kid'])),
  }),
  'discovers whoever iss names': witness(/^iss\/attacker$/, {
    without: ['iss'],
    trusts: withKeys(keysOfIssuer),
  }),
  'caches by a part of the token': witness(/^cache\//, () => ({ trusts: remembering() })),
  'has the ECDSA of Java 17': witness(/^ecdsa\/(r.*-s|der-zero)/, { trusts: psychic }),
  'takes ECDSA signatures in DER': witness(/^ecdsa\/der$/, {
    trusts: (pieces) => isRight(pieces) || isSignedWith(pieces, pieces.alg, 'der'),
  }),
  'decrypts what nobody signed': witness(/^jwe\//, {
    without: ['format', 'size'],
    trusts: (pieces) => pieces.signature.length === 0 || isRight(pieces),
    unwraps: decrypted,
  }),
  'reads the JSON serializations': witness(/^json\/(general-serialization|flattened)$/, {
    from: fromRest,
    unwraps: deserialized,
  }),
  'tidies the token up': witness(/^(wire\/(unencoded|encoded-twice)|enc\/percent)$/, {
    from: fromRest,
    unwraps: tidied,
  }),
  'opens nested tokens': witness(/^json\/nested-jwt-cty$/, { unwraps: nested }),
  'drops what is no base64url': witness(/^wire\/(leading-dot|brackets|quotes|non-ascii)$/, {
    from: fromRest,
    unwraps: (token) => token.replace(/[^\w.-]/g, '').replace(/^\.+|\.+$/g, ''),
  }),
  'ignores a fourth part': witness(/^wire\/trailing-(part|dot)$/, {
    unwraps: (token) => token.split('.').slice(0, 3).join('.'),
  }),
  'decodes as Buffer does': witness(/^enc\/(?!space|percent)/, forgetting('format', 'encoding')),
  'squeezes spaces out': witness(/^enc\/space$/, { from: fromSqueezed }),
  'inflates the payload': witness(/^zip\//, {
    reads: (payload, { zip }) => JSON.parse((zip ? inflateRawSync(payload) : payload).toString()),
  }),
  'reads bytes that are no UTF-8': witness(/^json\/invalid-utf8$/, forgetting('utf8')),
  'checks no exp': witness(/^exp\//, forgetting('exp')),
  'checks no nbf': witness(/^nbf\//, forgetting('nbf')),
  'checks no iat': witness(/^iat\//, forgetting('iat')),
  'checks no iss': witness(/^iss\/(?!attacker)|-iss$/, forgetting('iss')),
  'checks no aud': witness(/^aud\//, forgetting('aud')),
  'checks no sub': witness(/^sub\//, forgetting('sub')),
  'checks no client_id': witness(/^client_id\//, forgetting('client_id')),
  'checks no jti': witness(/^jti\//, forgetting('jti')),
  'checks no scope': witness(/^scope\//, forgetting('scope')),
  'checks no cnf': witness(/^cnf\//, forgetting('cnf')),
  'checks no crit': witness(/^(crit|b64)\//, forgetting('crit')),
  'checks no typ': witness(/^typ\/(?!id-token)/, forgetting('typ')),
  'checks no size': witness(/^size\/(?!kid)/, forgetting('size')),
  'takes an ID token': witness(/^typ\/id-token-same-aud$/, forgetting('typ', 'client_id', 'jti')),
  'takes an ID token for anybody': witness(
    /^typ\/id-token$/,
    forgetting('typ', 'client_id', 'jti', 'aud'),
  ),
  'checks the signature alone': witness(/^json\/(payload-|trailing-garbage|two-objects)/, {
    without: ['format', 'iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'],
    reads: () => ({}),
  }),
  'decodes without verifying': witness(
    /^(sig\/|kid\/(?!url|dev-null)|alg\/other-family$|size\/kid-300$)/,
    forgetting('signature', 'kid', 'format', 'size'),
  ),
  'takes no token for a guest': witness(/^wire\/(bearer-alone|empty-header|undefined|null)$/, {
    opens: ({ headers }) =>
      /^$|^Bearer( undefined| null)?$/.test(headers.get('authorization') ?? 'none'),
  }),
  'takes anything for a token': witness(/^wire\/5000-dots$/, {
    opens: ({ headers }) => headers.has('authorization'),
  }),
  'takes any scheme': witness(/^wire\/(scheme-(?!missing)|trailing-word$)/, {
    from: fromAnyScheme,
  }),
  'finds the token anywhere in the header': witness(
    /^wire\/(tab|no-space|colon|trailing-word|comma|parameter|dup|scheme)/,
    { from: fromAnywhereInIt },
  ),
  'finds the token anywhere in the request': witness(
    /^wire\/((query|body|cookie|x-header)-token|forged\+query)$/,
    {
      from: fromElsewhere,
    },
  ),
  'knows one spelling of Bearer': witness(/^wire\/(two-spaces|lowercase|uppercase)$/, {
    from: fromExactBearer,
  }),
}
