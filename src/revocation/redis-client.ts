import { kindOf, wrongOption } from '../core/option-checks.ts'
import { memberOf } from '../core/own-members.ts'
import { within } from '../core/remote/deadline.ts'
import { StoreError } from './store-error.ts'

/** A client of the package `redis` (4, 5 and 6), by what is used of it. */
interface NodeRedisClient {
  sendCommand(command: string[]): Promise<unknown>
}

/** A client of the package `ioredis`, by what is used of it. */
interface IoRedisClient {
  call(command: string, parameters: string[]): Promise<unknown>
}

/** A client of Redis or Valkey, of the package `redis` or `ioredis`. */
export type RedisClient = NodeRedisClient | IoRedisClient

/** Sends one command. Rejects where no answer has come within the deadline. */
export type Send = (command: string, ...parameters: string[]) => Promise<unknown>

/**
 * How many commands may wait for their answers. A client keeps what it cannot send until it is
 * connected again: without a limit, an outage would fill the memory.
 */
const mostPending = 20_000

/** @param timeout Seconds. */
export function createSend(client: unknown, timeout: number): Send {
  const send = senderOf(client)
  let pending = 0

  async function sendCounted(command: string, parameters: string[]): Promise<unknown> {
    pending += 1
    try {
      return await send(command, parameters)
    } finally {
      pending -= 1
    }
  }

  return (command, ...parameters) => {
    if (pending >= mostPending) {
      const why = `${mostPending} commands wait for an answer of Redis: this one was not sent`
      return Promise.reject(new StoreError('REVOCATION_STORE_BUSY', why))
    }
    return within(timeout, sendCounted(command, parameters), () => {
      const why = `Redis has not answered within ${timeout} s: it is not known whether the command was carried out`
      throw new StoreError('REVOCATION_STORE_TIMEOUT', why)
    })
  }
}

function senderOf(client: unknown): (command: string, parameters: string[]) => Promise<unknown> {
  const { call, sendCommand } = {
    call: memberOf(client as IoRedisClient | null, 'call'),
    sendCommand: memberOf(client as NodeRedisClient | null, 'sendCommand'),
  }
  // Asked first: ioredis has a sendCommand, too, which takes something else.
  if (typeof call === 'function') {
    return (command, parameters) => call.call(client, command, parameters)
  }
  if (typeof sendCommand === 'function') {
    return (command, parameters) => sendCommand.call(client, [command, ...parameters])
  }
  const fix = "must be a client of the package 'redis' or 'ioredis'"
  return wrongOption("argument 'client' of createRedisStore", `${fix}, not ${kindOf(client)}`)
}
