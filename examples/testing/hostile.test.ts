import { createTestIssuer, describeHostileTokens } from 'tollgate/testing'
import { describe, it } from 'vitest'
import { createApp } from '../express.ts'

const issuer = createTestIssuer()
const app = createApp(issuer.trust())

const route = { issuer, path: '/orders', scope: 'orders:read' }
describeHostileTokens({ describe, test: it }, () => app, route)
