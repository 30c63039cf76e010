/** Guards of `node:http`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Create, type Setting, tollgateOptions } from '../in-process/contender.ts'
import { bearerOf, type Check, checkByJose, checkByMap, names } from './by-hand.ts'
import { createRequest, createResponse } from './request.ts'

/** Whether the request was admitted; if not, the guard has answered it. */
type Guard = (request: IncomingMessage, response: ServerResponse) => unknown

const guards: Readonly<Record<string, (setting: Setting) => Guard | Promise<Guard>>> = {
  async [names.tollgate](setting) {
    const { createAuth }: typeof import('tollgate/node') = await import(`${setting.package}/node`)
    return createAuth(tollgateOptions(setting)).requireAuth()
  },
  [names.map]: (setting) => byHand(checkByMap(setting)),
  [names.jose]: (setting) => byHand(checkByJose(setting)),
}

function byHand(check: Check): Guard {
  return (request, response) => {
    const token = bearerOf(request.headers.authorization)
    const refuse = () => {
      response.writeHead(401).end()
      return false
    }
    if (token === undefined) return refuse()
    const admit = (auth: object) => {
      Object.assign(request, { auth })
      return true
    }
    const claims = check(token)
    return claims instanceof Promise ? claims.then(admit, refuse) : admit(claims)
  }
}

export const node: Readonly<Record<string, Create>> = Object.fromEntries(
  Object.entries(guards).map(([name, create]) => [
    name,
    async (setting: Setting) => {
      const guard = await create(setting)
      return {
        make: (token: string) => ({ request: createRequest(token), response: createResponse() }),
        call: ({ request, response }: { request: IncomingMessage; response: ServerResponse }) =>
          guard(request, response),
        caches: name !== names.jose,
      }
    },
  ]),
)
