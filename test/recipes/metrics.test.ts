import type { ResourceMetrics } from '@opentelemetry/sdk-metrics'
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import express from 'express'
import supertest from 'supertest'
import { createAuth } from 'tollgate/express'
import type { TestIssuer } from 'tollgate/testing'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { createMeteredVerifier } from '../../examples/recipes/metrics-opentelemetry.ts'
import { createApp } from '../../examples/recipes/metrics-prometheus.ts'

type Line = readonly [name: string, label: string, value: number]

async function play(app: express.Express, issuer: TestIssuer): Promise<void> {
  const call = (token?: string) => {
    const asked = supertest(app).get('/orders')
    return token === undefined ? asked : asked.auth(token, { type: 'bearer' })
  }
  issuer.clock.freeze()
  // While the issuer is down, and then once more when the next attempt is due.
  await issuer.during('*', faults.refuse(), () => call(issuer.mint()).expect(503))
  issuer.clock.advance(60)
  const good = issuer.mint({ scope: 'orders:read', sub: 'alice' })
  await call(good).expect(200)
  await call(good).expect(200)
  await call(issuer.mint()).expect(403)
  await call(issuer.bad.expired()).expect(401)
  await call().expect(401)
  issuer.clock.advance(30)
}

/** What both count. A token whose scope is missing is good, so it is counted as accepted as well. */
const expected = (issuer: string): readonly Line[] => [
  ['decisions', 'accepted', 3],
  ['decisions', 'scope', 1],
  ['decisions', 'expired', 1],
  ['decisions', 'no-credentials', 1],
  ['decisions', 'keys', 1],
  ['failures', issuer, 1],
  ['age', issuer, 30],
]
const sorted = (lines: readonly Line[]) => lines.map((line) => line.join(' ')).sort()

describe('examples/recipes/metrics-prometheus.ts', () => {
  it('counts decisions by reason, and shows the age of keys, without a name of a caller', async () => {
    const issuer = createTestIssuer()
    const app = createApp(issuer.trust())
    await play(app, issuer)
    const { text } = await supertest(app).get('/metrics').expect(200)
    const names: Record<string, string> = {
      tollgate_decisions_total: 'decisions',
      tollgate_issuer_failures_total: 'failures',
      tollgate_key_age_seconds: 'age',
    }
    const lines = [...text.matchAll(/^(\w+)\{\w+="(.*)"\} (\d+)$/gm)].map(
      ([, name = '', label = '', value]): Line => [names[name] ?? name, label, Number(value)],
    )
    expect(sorted(lines)).toEqual(sorted(expected(issuer.url)))
    expect(text).not.toMatch(/alice|eyJ/)
  })
})

describe('examples/recipes/metrics-opentelemetry.ts', () => {
  class Reader extends MetricReader {
    protected async onForceFlush(): Promise<void> {}
    protected async onShutdown(): Promise<void> {}
  }

  it('counts decisions by reason, and shows the age of keys, without a name of a caller', async () => {
    const issuer = createTestIssuer()
    const reader = new Reader()
    const provider = new MeterProvider({ readers: [reader] })
    const verifier = createMeteredVerifier(issuer.trust(), provider)
    const { requireAuth } = createAuth({ verifier })
    const app = express().get('/orders', requireAuth({ scope: 'orders:read' }), (_req, res) => {
      res.json({ orders: [] })
    })
    await play(app, issuer)
    const { resourceMetrics } = await reader.collect()
    expect(sorted(linesOf(resourceMetrics))).toEqual(sorted(expected(issuer.url)))
    expect(JSON.stringify(resourceMetrics)).not.toMatch(/alice|eyJ/)
    await provider.shutdown()
  })
})

function linesOf({ scopeMetrics }: ResourceMetrics): readonly Line[] {
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.flatMap(({ descriptor, dataPoints }) =>
      dataPoints.map(({ attributes, value }): Line => {
        const name = descriptor.name.split('.').at(-1) as string
        return [name, String(Object.values(attributes)[0]), value as number]
      }),
    ),
  )
}
