import type { RequestHandler } from 'express'
import { importTollgate } from '../outage/repository.ts'
import type { Contender } from './contender.ts'

const { createAuth } =
  await importTollgate<typeof import('../../../src/express.ts')>('tollgate/express')

export const contender: Contender = {
  title: 'tollgate',
  packages: ['tollgate'],
  note: '`allowInsecureLoopback: true`, as the issuer of this run is on loopback without TLS',
  createGuard({ issuer, audience }) {
    const { requireAuth } = createAuth({ issuer, audience, allowInsecureLoopback: true })
    return requireAuth() as RequestHandler
  },
}
