import { inflateRawSync } from 'node:zlib'
import type { JWK } from 'jose'
import type { TestIssuer } from 'tollgate/testing'
import {
  acceptsTrivialEcdsa,
  createPartialCache,
  hasHmac,
  hmacWithPublicKey,
  isSignedByIssuer,
  isUnsigned,
  keysAt,
  keysOfCertificate,
  keysOfIssuer,
  trustingKeysOf,
} from './flawed-checks.ts'
import type { Check, Flaw } from './reference-verifier.ts'
import { isSignedWith, isValid } from './reference-verifier.ts'
import { decrypt, deserialize, repair, unwrapNested } from './token-decoders.ts'
import type { TokenSource } from './token-sources.ts'
import {
  fromAnyScheme,
  fromAnywhereInHeader,
  fromBearer,
  fromExactBearer,
  fromHeaderWithoutSpaces,
  fromOtherPlaces,
  fromRestOfHeader,
} from './token-sources.ts'

/** How a guard is flawed. In everything that is not given here, it is correct. */
export interface GuardFlaws extends Flaw {
  readonly from?: TokenSource
  /** Lets a request through without looking at a token. */
  readonly opens?: (request: Request) => boolean
}

export interface Guard {
  fetch(request: Request): Promise<Response>
}

/** A route behind a guard with these flaws. */
export function guardWith(
  issuer: TestIssuer,
  { from = fromBearer, opens, ...flaw }: GuardFlaws = {},
): Guard {
  return {
    async fetch(request) {
      if (opens?.(request)) return new Response('open')
      for (const token of await from(request)) {
        if (await isValid(token, issuer, flaw)) return new Response('welcome')
      }
      return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
    },
  }
}

/**
 * A flawed guard, and the ids of the cases that it must accept. A case that no flawed guard accepts
 * would prove nothing, because every guard refuses it.
 */
export interface FlawedGuard {
  readonly accepts: RegExp
  readonly build: () => GuardFlaws
}

function withoutChecks(...without: readonly Check[]): GuardFlaws {
  return { without }
}

function flawedGuard(accepts: RegExp, flaws: GuardFlaws | (() => GuardFlaws)): FlawedGuard {
  return {
    accepts,
    build: typeof flaws === 'function' ? flaws : () => flaws,
  }
}

/** Flawed guards by their flaw. The name continues the words "a guard that". */
export const flawedGuards: Readonly<Record<string, FlawedGuard>> = {
  'takes every token that is no JWT for one that its issuer knows': flawedGuard(/^opaque\//, {
    opens: ({ headers }) => /^Bearer (?!eyJ)[^ ]+$/.test(headers.get('authorization') ?? ''),
  }),
  'accepts alg none': flawedGuard(/^alg\/(none|nOnE|None|NONE|missing|empty|null|array|object)/, {
    without: ['format'],
    trusts: (parsed) => isUnsigned(parsed) || isSignedByIssuer(parsed),
  }),
  'uses the public key as an HMAC secret': flawedGuard(/^alg\/hs/, {
    trusts: (parsed) => isSignedByIssuer(parsed) || hmacWithPublicKey(parsed),
  }),
  'has an HMAC secret that can be guessed': flawedGuard(/^hmac\/|^kid\/dev-null$/, {
    trusts: (parsed) =>
      isSignedByIssuer(parsed) ||
      ['', 'secret', Buffer.alloc(32), parsed.issuer.url, parsed.issuer.keys.current.kid].some(
        (one) => hasHmac(parsed, one),
      ),
  }),
  'lets the header choose the algorithm': flawedGuard(/^alg\/(rsa|ecdsa)-/, withoutChecks('alg')),
  'trusts the jwk in the header': flawedGuard(/^jwk\//, {
    trusts: trustingKeysOf(({ header }) => (header['jwk'] ? [header['jwk'] as JWK] : [])),
  }),
  'trusts the x5c in the header': flawedGuard(/^x5c\//, {
    trusts: trustingKeysOf(({ header: { x5c } }) =>
      Array.isArray(x5c) ? keysOfCertificate(Buffer.from(x5c[0], 'base64')) : [],
    ),
  }),
  'fetches the jku in the header': flawedGuard(/^jku\//, {
    trusts: trustingKeysOf(({ header }) => keysAt(header['jku'])),
  }),
  'fetches the x5u in the header': flawedGuard(/^x5u\//, {
    trusts: trustingKeysOf(async ({ header: { x5u } }) =>
      x5u ? keysOfCertificate(await (await fetch(String(x5u))).text()) : [],
    ),
  }),
  'fetches the kid in the header': flawedGuard(/^kid\/url$/, {
    trusts: trustingKeysOf(({ header }) => keysAt(header['kid'])),
  }),
  'discovers any issuer that iss names': flawedGuard(/^iss\/attacker$/, {
    without: ['iss'],
    trusts: trustingKeysOf(keysOfIssuer),
  }),
  'caches tokens by a part of their text': flawedGuard(/^cache\//, () => ({
    trusts: createPartialCache(),
  })),
  'has the ECDSA fault of Java 17': flawedGuard(/^ecdsa\/(r.*-s|der-zero)/, {
    trusts: acceptsTrivialEcdsa,
  }),
  'accepts ECDSA signatures in DER': flawedGuard(/^ecdsa\/der$/, {
    trusts: (parsed) => isSignedByIssuer(parsed) || isSignedWith(parsed, parsed.alg, 'der'),
  }),
  'decrypts tokens, and believes whoever signed them': flawedGuard(/^jwe\/encrypted-forged$/, {
    without: ['format', 'size'],
    trusts: () => true,
    transforms: decrypt,
  }),
  'decrypts tokens that nobody signed': flawedGuard(/^jwe\/(?!encrypted-forged)/, {
    without: ['format', 'size'],
    trusts: (parsed) => parsed.signature.length === 0 || isSignedByIssuer(parsed),
    transforms: decrypt,
  }),
  'reads the JSON serializations': flawedGuard(/^json\/(general-serialization|flattened)$/, {
    from: fromRestOfHeader,
    transforms: deserialize,
  }),
  'repairs a token that is encoded in a wrong way': flawedGuard(
    /^(wire\/(unencoded|encoded-twice)|enc\/percent)$/,
    {
      from: fromRestOfHeader,
      transforms: repair,
    },
  ),
  'verifies the token in the payload of a token': flawedGuard(/^json\/nested-jwt-cty$/, {
    transforms: unwrapNested,
  }),
  'removes characters that base64url does not have': flawedGuard(
    /^wire\/(leading-dot|brackets|quotes|non-ascii)$/,
    {
      from: fromRestOfHeader,
      transforms: (token) => token.replace(/[^\w.-]/g, '').replace(/^\.+|\.+$/g, ''),
    },
  ),
  'ignores a fourth part of the token': flawedGuard(/^wire\/trailing-(part|dot)$/, {
    transforms: (token) => token.split('.').slice(0, 3).join('.'),
  }),
  'decodes base64 as leniently as Buffer': flawedGuard(
    /^enc\/(?!space|percent)/,
    withoutChecks('format', 'encoding'),
  ),
  'removes spaces from the token': flawedGuard(/^enc\/space$/, { from: fromHeaderWithoutSpaces }),
  'inflates a compressed payload': flawedGuard(/^zip\//, {
    reads: (payload, { zip }) => JSON.parse((zip ? inflateRawSync(payload) : payload).toString()),
  }),
  'accepts bytes that are not UTF-8': flawedGuard(/^json\/invalid-utf8$/, withoutChecks('utf8')),
  'does not check exp': flawedGuard(/^exp\//, withoutChecks('exp')),
  'does not check nbf': flawedGuard(/^nbf\//, withoutChecks('nbf')),
  'does not check iat': flawedGuard(/^iat\//, withoutChecks('iat')),
  'does not check iss': flawedGuard(/^iss\/(?!attacker)|-iss$/, withoutChecks('iss')),
  'does not check aud': flawedGuard(/^aud\//, withoutChecks('aud')),
  'does not check sub': flawedGuard(/^sub\//, withoutChecks('sub')),
  'does not check client_id': flawedGuard(/^client_id\//, withoutChecks('client_id')),
  'does not check jti': flawedGuard(/^jti\//, withoutChecks('jti')),
  'does not check scope': flawedGuard(/^scope\//, withoutChecks('scope')),
  'does not check cnf': flawedGuard(/^cnf\//, withoutChecks('cnf')),
  'does not check crit': flawedGuard(/^(crit|b64)\//, withoutChecks('crit')),
  'does not check typ': flawedGuard(/^typ\/(?!id-token)/, withoutChecks('typ')),
  'does not check the size': flawedGuard(/^size\/(?!kid)/, withoutChecks('size')),
  'accepts an ID token whose client is the API': flawedGuard(
    /^typ\/id-token-same-aud$/,
    withoutChecks('typ', 'client_id', 'jti'),
  ),
  'accepts an ID token for any client': flawedGuard(
    /^typ\/id-token$/,
    withoutChecks('typ', 'client_id', 'jti', 'aud'),
  ),
  'checks nothing but the signature': flawedGuard(
    /^json\/(payload-|trailing-garbage|two-objects)/,
    {
      without: ['format', 'iss', 'aud', 'exp', 'iat', 'sub', 'client_id', 'jti'],
      reads: () => ({}),
    },
  ),
  'decodes the token without verifying it': flawedGuard(
    /^(sig\/|kid\/(?!url|dev-null)|alg\/other-family$|size\/kid-300$)/,
    withoutChecks('signature', 'kid', 'format', 'size'),
  ),
  'lets a request with an empty credential in as a guest': flawedGuard(
    /^wire\/(bearer-alone|empty-header|undefined|null)$/,
    {
      opens: ({ headers }) =>
        /^$|^Bearer( undefined| null)?$/.test(headers.get('authorization') ?? 'none'),
    },
  ),
  'accepts any text as a token': flawedGuard(/^wire\/5000-dots$/, {
    opens: ({ headers }) => headers.has('authorization'),
  }),
  'accepts any scheme': flawedGuard(/^wire\/(scheme-(?!missing)|trailing-word$)/, {
    from: fromAnyScheme,
  }),
  'finds the token anywhere in the header': flawedGuard(
    /^wire\/(tab|no-space|colon|trailing-word|comma|parameter|dup|scheme)/,
    { from: fromAnywhereInHeader },
  ),
  'finds the token anywhere in the request': flawedGuard(
    /^wire\/((query|body|cookie|x-header)-token|forged\+query)$/,
    {
      from: fromOtherPlaces,
    },
  ),
  'understands only one spelling of Bearer': flawedGuard(
    /^wire\/(two-spaces|lowercase|uppercase)$/,
    {
      from: fromExactBearer,
    },
  ),
}
