import type { Express, RequestHandler } from 'express'
import express from 'express'
import type { AuthOptions, Requirements } from 'tollgate/express'
import { createAuth, getAuth } from 'tollgate/express'

/** The name of the one security scheme of this API. */
const scheme = 'token'

/** The scheme of OpenAPI 3.1 section 4.8.27, for an issuer with OpenID Connect Discovery. */
export function securityScheme(issuer: string): object {
  const openIdConnectUrl = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  return { [scheme]: { type: 'openIdConnect', openIdConnectUrl } }
}

/** Alternatives, each with the scopes that it needs. `{}` is that of a caller without a token. */
export function securityOf(requirements: Requirements): Record<string, readonly string[]>[] {
  const { scope = [], anyScope = [], optional = false } = requirements
  const all = typeof scope === 'string' ? scope.split(' ') : scope
  const alternatives = anyScope.length === 0 ? [all] : anyScope.map((one) => [...all, one])
  const needed = alternatives.map((scopes) => ({ [scheme]: scopes }))
  return optional ? [{}, ...needed] : needed
}

interface Operation {
  readonly method: 'get' | 'post'
  readonly path: string
  readonly requirements: Requirements
  readonly handler: RequestHandler
}

/** Each operation once. What it demands is what the guard is given and what the document says. */
const operations: readonly Operation[] = [
  {
    method: 'get',
    path: '/orders',
    requirements: { scope: 'orders:read' },
    handler: (_req, res) => void res.json({ orders: [] }),
  },
  {
    method: 'post',
    path: '/refunds',
    requirements: { anyScope: ['refunds', 'admin'], role: 'clerk' },
    handler: (_req, res) => void res.json({ refunded: true }),
  },
  {
    method: 'get',
    path: '/feed',
    requirements: { optional: true },
    handler: (req, res) => void res.json({ hello: getAuth(req, { optional: true })?.subject }),
  },
]

export function createApp(options: AuthOptions, issuer: string): Express {
  const { requireAuth } = createAuth(options)
  const app = express()
  const paths: Record<string, Record<string, object>> = {}
  for (const { method, path, requirements, handler } of operations) {
    app[method](path, requireAuth(requirements), handler)
    const refusals = {
      401: { description: 'no good token' },
      403: { description: 'not permitted' },
    }
    const responses = { 200: { description: 'done' }, ...refusals }
    paths[path] = { ...paths[path], [method]: { security: securityOf(requirements), responses } }
  }
  const document = {
    openapi: '3.1.0',
    info: { title: 'Orders', version: '1' },
    paths,
    components: { securitySchemes: securityScheme(issuer) },
  }
  app.get('/openapi.json', (_req, res) => void res.json(document))
  return app
}
