import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../free-port.ts'

/** A redis-server on loopback, in a folder of its own. */
export interface RedisServer {
  readonly url: string
  readonly port: number
  /** Starts it, without the data that it had before unless `appendOnly`. */
  start(): Promise<void>
  /** Kills it as a crash would. */
  kill(): Promise<void>
  /** Makes it hang: it keeps its connections and answers nothing. */
  freeze(): void
  thaw(): void
  /** Kills it and removes its folder. */
  remove(): Promise<void>
}

export async function createRedisServer({ appendOnly = false } = {}): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-redis-'))
  const port = await freePort()
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const options = {
      port,
      bind: '127.0.0.1',
      dir: folder,
      save: '',
      appendonly: appendOnly ? 'yes' : 'no',
      appendfsync: 'always',
    }
    const line = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)])
    const child = spawn('redis-server', line, { stdio: 'ignore' })
    server = child
    // Without the program, the test fails: it never leaves itself out.
    const failed = once(child, 'error').then(([error]) => Promise.reject(error))
    const exited = once(child, 'exit').then(() => Promise.reject(new Error('redis-server ended')))
    const up = answers(port)
    failed.catch(() => {})
    exited.catch(() => {})
    await Promise.race([up, failed, exited])
  }

  async function kill(): Promise<void> {
    const child = server
    server = undefined
    if (child === undefined || child.exitCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async remove() {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Waits until the server answers PING with PONG: it may listen and still load its data. */
async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await ping(port)) return
    await pause(50)
  }
  throw new Error('redis-server does not answer')
}

function ping(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'))
    socket.on('data', (answer) => {
      socket.destroy()
      resolve(answer.toString().startsWith('+PONG'))
    })
    socket.on('error', () => resolve(false))
  })
}
