import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Setting as IssuerSetting } from '../../contenders/contender.ts'
import type { GuardName } from '../matrix.ts'

export interface Setting extends IssuerSetting {
  /** Seconds that tollgate keeps keys, where refreshes are measured. */
  readonly maxAge?: number
}

export interface Listening {
  readonly port: number
}

/**
 * The apps of one framework, by their guard. All handlers send the same answer, so that only the
 * guards differ.
 */
export type Apps = Partial<Record<GuardName, (setting: Setting) => Promise<Listening>>>

export const body = { greeting: 'Hello to whoever may come in' }

export async function listen(server: Server): Promise<Listening> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port }
}
