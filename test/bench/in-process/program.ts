/**
 * One version of tollgate in a process of its own: what `verify()` costs for a token, or a guard
 * for a request and a response that go nowhere. No socket and no router is measured along with it.
 */
import { readFileSync } from 'node:fs'
import { IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import createExpress from 'express'
import type { JWK } from 'jose'
import Koa from 'koa'
import { perform } from '../program.ts'
import { audience, tampered } from '../tokens.ts'
import { calibrate, createQueue, type Queue, runBatch } from '../verify/batch.ts'

/** What is called: `createVerifier` of `tollgate`, or the guard of one adapter. */
export type Subject = 'verify' | 'express' | 'koa' | 'node'

export interface Prepare {
  /** The folder with the version to measure, a JavaScript file for each entry of the package. */
  readonly build: string
  readonly subject: Subject
  readonly issuer: { readonly issuer: string; readonly jwks: { readonly keys: readonly JWK[] } }
  /** A file with a token in each line, which are used in turn. */
  readonly file: string
  /** Milliseconds that a round takes. */
  readonly slice: number
}

/** One round: so many tokens. */
export interface Batch {
  readonly count: number
}

/** Microseconds for a token: how long it took, and the time of all threads of the process. */
export interface Cost {
  readonly elapsed: number
  readonly cpu: number
}

/** Resolves when the token was accepted. */
type Call = (token: string) => Promise<unknown>

let measured: { readonly call: Call; readonly queue: Queue } | undefined

/** How many tokens fill a round. */
async function prepare({ build, subject, issuer, file, slice }: Prepare): Promise<number> {
  const load = (entry: string) => import(pathToFileURL(join(build, `${entry}.js`)).href)
  const options = { issuer, audience }
  const call = await subjects[subject](load, options)
  const tokens = readFileSync(file, 'utf8').trimEnd().split('\n')
  await assertSound(call, tokens[0] as string)
  const queue = createQueue(tokens)
  // Every token once: from here on, the cache holds all of them, or is full and drops one for each
  // that comes.
  await runBatch(call, queue, tokens.length, 50)
  measured = { call, queue }
  return calibrate(call, queue, 1, { slice, warmUp: 300 })
}

// biome-ignore lint/suspicious/noExplicitAny: the types of another version are not known
type Load = (entry: string) => Promise<any>

const subjects: Readonly<Record<Subject, (load: Load, options: object) => Promise<Call>>> = {
  async verify(load, options) {
    const { createVerifier } = await load('index')
    return createVerifier(options).verify
  },
  async express(load, options) {
    const { createAuth } = await load('express')
    const guard = createAuth(options).requireAuth()
    const app = createExpress()
    return (token) =>
      new Promise((resolve, reject) => {
        const request = createRequest(token)
        // What an Express app does first with each request. Node 20 and 22 then write its
        // properties more slowly.
        Object.setPrototypeOf(request, app.request)
        guard(request, createResponse(reject), (error: unknown) =>
          error === undefined ? resolve(request) : reject(error),
        )
      })
  },
  async koa(load, options) {
    const { createAuth } = await load('koa')
    const guard = createAuth(options).requireAuth()
    const app = new Koa()
    return (token) =>
      new Promise((resolve, reject) => {
        const context = app.createContext(createRequest(token), createResponse(reject))
        guard(context, async () => resolve(context)).catch(reject)
      })
  },
  async node(load, options) {
    const { createAuth } = await load('node')
    const guard = createAuth(options).requireAuth()
    return (token) =>
      new Promise((resolve, reject) => {
        guard(createRequest(token), createResponse(reject)).then(resolve, reject)
      })
  },
}

const socket = new Socket()

function createRequest(token: string): IncomingMessage {
  const request = new IncomingMessage(socket)
  const authorization = `Bearer ${token}`
  request.method = 'GET'
  request.url = '/me'
  request.rawHeaders = ['Host', 'api.test', 'Accept', '*/*', 'Authorization', authorization]
  request.headers = { host: 'api.test', accept: '*/*', authorization }
  return request
}

/** Only a refusal writes to it. */
function createResponse(refuse: (reason: Error) => void): ServerResponse {
  const end = () => refuse(new Error('The guard answered the request'))
  return { statusCode: 200, setHeader() {}, end } as unknown as ServerResponse
}

/** Fails if a version is set up wrongly: its time would then mean nothing. */
async function assertSound(call: Call, good: string): Promise<void> {
  // Twice, as the second answer comes from the cache.
  await call(good)
  await call(good)
  const refused = await call(tampered(good)).then(
    () => false,
    () => true,
  )
  if (!refused) throw new Error('A tampered token was accepted')
}

await perform(async (order: Prepare | Batch): Promise<number | Cost> => {
  if ('build' in order) return prepare(order)
  if (measured === undefined) throw new Error('Nothing was prepared')
  const { call, queue } = measured
  const { count } = order
  const before = process.cpuUsage()
  const elapsed = await runBatch(call, queue, count, 1)
  const { user, system } = process.cpuUsage(before)
  return { elapsed: (1000 * elapsed) / count, cpu: (user + system) / count }
})
