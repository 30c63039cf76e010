import type { Server } from 'node:http'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import type { FetchLike } from 'tollgate'
import { createVerifier } from 'tollgate'
import { createTestIssuer, type TestIssuer } from 'tollgate/testing'
import { afterAll, describe, expect, it } from 'vitest'
import {
  behindProxy,
  trusting,
  viaProxy,
  viaProxyTrusting,
} from '../../examples/recipes/private-network.ts'
import { createPrivateCa } from './private-ca.ts'
import { serving } from './serving.ts'

const ca = createPrivateCa()
afterAll(() => ca[Symbol.dispose]())

/** An issuer with a certificate of the private authority, and a verifier of its tokens. */
function servingIssuer<T>(
  use: (issuer: TestIssuer, verifyBy: (fetch?: FetchLike) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  let issuer: TestIssuer | undefined
  const server = ca.createServer(async (req, res) => {
    const answer = await (issuer as TestIssuer).fetch(`${issuer?.url}${req.url}`)
    res.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text())
  })
  return serving(server, (port) => {
    const served = createTestIssuer({ url: `https://localhost:${port}` })
    issuer = served
    return use(served, (fetch = globalThis.fetch) =>
      createVerifier(served.trust({ fetch })).verify(served.mint()),
    )
  })
}

/** An HTTP proxy that opens tunnels (RFC 9110 section 9.3.6), and the hosts that it was asked for. */
function createProxy(credentials?: string): { server: Server; asked: string[] } {
  const asked: string[] = []
  const server = createServer((_req, res) => void res.writeHead(405).end())
  server.on('connect', ({ url = '', headers }, socket, head) => {
    if (headers['proxy-authorization'] !== credentials) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    asked.push(url)
    const [host, port] = url.split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    for (const one of [socket, onward])
      one.on('error', () => {}).on('close', () => onward.destroy())
    socket.on('close', () => onward.destroy())
    onward.on('close', () => socket.destroy())
  })
  return { server, asked }
}

describe('examples/recipes/private-network.ts', () => {
  it('fetches from an issuer of a private authority, which nobody else trusts', () =>
    servingIssuer(async (issuer, verifyBy) => {
      await expect(verifyBy()).rejects.toMatchObject({ status: 503, reason: 'keys' })
      expect(await verifyBy(trusting(ca.file))).toMatchObject({ issuer: issuer.url })
      using other = createPrivateCa()
      await expect(verifyBy(trusting(other.file))).rejects.toMatchObject({ status: 503 })
    }))

  it('fetches by the proxy alone, and checks the certificate of the issuer there, too', () =>
    servingIssuer(async (issuer, verifyBy) => {
      const { server, asked } = createProxy()
      await serving(server, async (port) => {
        const proxy = `http://127.0.0.1:${port}`
        using other = createPrivateCa()
        for (const fetch of [viaProxy(proxy), viaProxyTrusting(proxy, other.file)]) {
          await expect(verifyBy(fetch)).rejects.toMatchObject({ status: 503 })
        }
        expect(await verifyBy(viaProxyTrusting(proxy, ca.file))).toMatchObject({
          issuer: issuer.url,
        })
      })
      expect(new Set(asked)).toEqual(new Set([new URL(issuer.url).host]))
    }))

  it('sends the password of the proxy to the proxy, and refuses nothing but for want of keys', () =>
    servingIssuer(async (_issuer, verifyBy) => {
      const { server, asked } = createProxy(`Basic ${btoa('user:secret')}`)
      await serving(server, async (port) => {
        const by = (user: string) => viaProxyTrusting(`http://${user}127.0.0.1:${port}`, ca.file)
        await expect(verifyBy(by(''))).rejects.toMatchObject({ status: 503, reason: 'keys' })
        expect(asked).toEqual([])
        await verifyBy(by('user:secret@'))
      })
    }))

  it('gives options that a verifier takes', () => {
    expect(createVerifier(behindProxy).health()).toEqual([])
  })

  it('still refuses bad tokens', () =>
    servingIssuer(async (issuer) => {
      const verifier = createVerifier(issuer.trust({ fetch: trusting(ca.file) }))
      for (const token of [issuer.bad.expired(), issuer.bad.wrongKey()]) {
        await expect(verifier.verify(token)).rejects.toMatchObject({ status: 401 })
      }
    }))
})
