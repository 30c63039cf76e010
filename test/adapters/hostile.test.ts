import { assertRejectsHostileTokens, createTestIssuer, hostileTokens } from 'tollgate/testing'
import { expect, test } from 'vitest'
import type { Served } from './adapter.ts'
import { through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'

const everyAdapter = [...adapters, ...serverlessAdapters]

test.each(everyAdapter.map((adapter) => [adapter.name, adapter] as const))(
  '%s refuses every hostile token of the catalogue',
  async (_, adapter) => {
    const issuer = createTestIssuer()
    const setup = { auth: issuer.trust(), routes: { '/orders': [{ scope: 'orders:read' }] } }
    const grant = { issuer, scope: 'orders:read' }
    await through(adapter, setup, async ({ served }) => {
      const target = adapter.listener ? await adapter.listener(setup) : asHandler(served)
      const report = await assertRejectsHostileTokens(target, { ...grant, path: '/orders' })
      const skipped = report.results.filter(({ verdict }) => verdict === 'skipped')
      // A Request with the method GET has no body.
      expect(skipped.map(({ id }) => id)).toEqual(adapter.listener ? [] : ['wire/body-token'])
      expect(report.ran + skipped.length).toBe(hostileTokens(grant).length)
      expect(report.controls.noToken).toBe(401)
      expect(new Set(report.controls.good)).toEqual(new Set([200]))
      expect(report.problems).toEqual([])
    })
  },
)

/** A fetch handler for an adapter that is called without a server. */
function asHandler({ exchange }: Served) {
  return {
    async fetch(request: Request): Promise<Response> {
      const { pathname, search } = new URL(request.url)
      const answer = await exchange(pathname + search, [...request.headers], request.method)
      return new Response(answer.body, {
        status: answer.status,
        headers: headersOf(answer.headers),
      })
    },
  }
}

/** The headers without the pseudo-headers of HTTP/2. */
function headersOf(headers: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(headers).filter(([name]) => !name.startsWith(':'))
}
