import { knownOptions, wrongOption } from '../../core/option-checks.ts'
import type { Endpoint } from '../endpoints.ts'
import type { TestIssuer } from '../issuer.ts'
import type { RotateOptions } from '../keys.ts'
import type { FailOptions, Outages } from '../outages.ts'
import { makeFault } from './fault-recipe.ts'
import { mintOn, readMintRequest } from './mint-request.ts'
import type {
  FaultState,
  Introduction,
  IssuerState,
  KeyState,
  PrivateKeys,
  RequestList,
} from './protocol.ts'

/** What a request says beside its method and path. */
export interface OperationInput {
  readonly body: unknown
  /** The number at the end of the path. */
  readonly id: number | undefined
  readonly query: URLSearchParams
}

/** Something that may be asked of an issuer. A TypeError is the fault of whoever asks. */
export type Operation = (input: OperationInput) => unknown

export type Operations = Readonly<Record<string, Operation>>

/** What whoever looks at the newest requests is told at most. */
const longestList = 200

/** All that an issuer can be told, by the method and the path. */
export function createOperations(issuer: TestIssuer, outages: Outages): Operations {
  const faultIds = createIds()
  const faultStates = (): FaultState[] =>
    outages.active.map((active) => ({
      id: faultIds.of(active),
      endpoint: active.endpoint,
      name: active.fault.name,
      after: active.after,
      ...(Number.isFinite(active.times) && { times: active.times }),
    }))

  return {
    'GET /health': (): Introduction => ({
      tollgate: 'development issuer',
      issuer: issuer.url,
      audience: issuer.audience,
      keyFetches: issuer.requests.count('jwks'),
    }),
    'GET /state': ({ query }): IssuerState => ({
      ...requestsOf(issuer, sinceIn(query), longestList),
      keys: keyStates(issuer),
      faults: faultStates(),
      now: issuer.now(),
    }),
    'POST /mint': ({ body }) => ({ token: mintOn(issuer, readMintRequest(body)) }),

    'GET /keys': (): PrivateKeys => {
      const { current, all } = issuer.keys
      const others = all.filter((key) => key.published && key !== current)
      return { keys: [current, ...others].map(({ privateJwk }) => privateJwk) }
    },
    'POST /keys/rotate': ({ body }) => ({
      kid: issuer.keys.rotate((body ?? {}) as RotateOptions).kid,
    }),
    'POST /keys/retire': ({ body }) => {
      issuer.keys.retire(kidIn(body))
      return {}
    },
    'POST /keys/publish': ({ body }) => {
      issuer.keys.publish(kidIn(body))
      return {}
    },

    'PUT /faults': ({ body }) => {
      const known = { endpoint: true, fault: true, times: true, after: true }
      const { endpoint, fault, ...options } = knownOptions('the request', body, known)
      issuer.fail(endpoint as Endpoint, makeFault(fault), { ...options } as FailOptions)
      const id = faultStates().at(-1)?.id
      return { id }
    },
    'DELETE /faults': ({ id }) => {
      const ended = outages.active.filter(
        (active) => id === undefined || faultIds.of(active) === id,
      )
      for (const active of ended) outages.end(active)
      return {}
    },

    'GET /requests': (): RequestList => requestsOf(issuer, 0, Number.POSITIVE_INFINITY),
    'DELETE /requests': () => {
      issuer.requests.clear()
      return {}
    },

    'PUT /clock': ({ body }) => {
      setClock(issuer, body)
      return { now: issuer.now() }
    },
    'POST /reset': () => {
      issuer.reset()
      return {}
    },
  }
}

function keyStates({ keys }: TestIssuer): KeyState[] {
  return keys.all.map((key) => {
    const { kid, alg, published } = key
    return { kid, alg, published, signs: key === keys.current }
  })
}

function requestsOf({ requests }: TestIssuer, since: number, most: number): RequestList {
  const { all } = requests
  const total = requests.count()
  // A log that has counted fewer requests than before was emptied, so that all of them are new.
  const unseen = since > total ? total : total - since
  const shown = Math.min(unseen, most, all.length)
  const fresh = all.slice(all.length - shown)
  return {
    total,
    requests: fresh.map(({ endpoint, method, url, at }) => ({ endpoint, method, url, at })),
  }
}

function sinceIn(query: URLSearchParams): number {
  const text = query.get('since') ?? '0'
  return /^\d{1,9}$/.test(text) ? Number(text) : 0
}

function kidIn(body: unknown): string {
  const { kid } = knownOptions('the request', body, { kid: true })
  return typeof kid === 'string' ? kid : wrongOption("member 'kid'", 'must be a text')
}

/** @throws TypeError for what no clock can do. */
function setClock({ clock }: TestIssuer, body: unknown): void {
  const known = { set: true, advance: true, freeze: true, reset: true }
  const { set, advance, freeze, reset } = knownOptions('the request', body, known)
  if (reset === true) clock.reset()
  if (set !== undefined) clock.set(numberIn('set', set))
  if (advance !== undefined) clock.advance(numberIn('advance', advance))
  if (freeze !== undefined) clock.freeze(freeze === true ? undefined : numberIn('freeze', freeze))
}

function numberIn(name: string, value: unknown): number {
  return typeof value === 'number' ? value : wrongOption(`member '${name}'`, 'must be a number')
}

/** Numbers for objects, so that they can be named in a path. */
function createIds(): { of(object: object): number } {
  const ids = new WeakMap<object, number>()
  let last = 0
  return {
    of(object) {
      const id = ids.get(object) ?? ++last
      ids.set(object, id)
      return id
    },
  }
}
