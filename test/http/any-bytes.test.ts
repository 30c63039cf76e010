import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import fc from 'fast-check'
import {
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingCredentialsError,
} from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../src/http/challenge.ts'
import type { Parameters } from '../../src/http/parameters.ts'
import type { RequestHead } from '../../src/http/request-head.ts'
import { bearer as bearerScheme, readBearer } from '../../src/http/schemes/bearer.ts'
import { schemes } from '../../src/http/schemes/schemes.ts'
import { readTokenHeader } from '../../src/http/schemes/token-header.ts'
import { bearer, through } from '../adapters/adapter.ts'
import { adapters, serverlessAdapters } from '../adapters/all.ts'
import { runs } from '../runs.ts'

const issuer = createTestIssuer()
const good = issuer.mint({ scope: 'a' })

/** Parts of a header: words that have a meaning in it, and any byte. */
const words = fc.constantFrom(
  'Bearer',
  'bearer',
  'DPoP',
  'Basic',
  ' ',
  '  ',
  '\t',
  ',',
  ', ',
  '=',
  '"',
  '\\',
  '.',
  good,
  good.slice(0, -3),
  'a.b.c',
  'realm=',
)
const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code))
const anyValue = fc
  .array(fc.oneof({ weight: 3, arbitrary: words }, byte), { maxLength: 12 })
  .map((parts) => parts.join(''))

/** Sends the bytes of a request as they are, and gives the whole answer. */
async function exchange(port: number, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(Buffer.from(head, 'latin1'))
  let answer = ''
  for await (const chunk of socket.setEncoding('latin1')) answer += chunk
  return answer
}

/** The adapters whose bytes can be sent to a socket as they are. */
const listening = adapters.flatMap(({ name, listener }) => (listener ? [{ name, listener }] : []))

/** Where a guard finds the token: the options that say so, the header, and what is before a token. */
const places = [
  { options: {}, field: 'Authorization', prefix: 'Bearer ' },
  { options: { tokenHeader: 'x-assertion' }, field: 'X-Assertion', prefix: '' },
] as const

describe.each(listening.flatMap((one) => places.map((place) => ({ ...one, ...place }))))(
  'T14: arbitrary bytes in $field, sent to $name',
  ({ name, listener, options, field, prefix }) => {
    it(`${name} answers 400 or 401 for any bytes in ${field}, repeats none of them, and lets no request in`, async () => {
      const auth = { ...issuer.trust(), ...options }
      const server = createServer(await listener({ auth, routes: { '/': [{ scope: 'a' }] } }))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      try {
        await fc.assert(
          fc.asyncProperty(
            fc.array(anyValue, { minLength: 1, maxLength: 3 }),
            anyValue,
            async (values, other) => {
              const marked = (value: string): string => `${value}`.replace(/[\r\n\0]/g, '')
              const lines = values.map((value) => `${field}: ${marked(value)}zqx`)
              const head = [
                'GET / HTTP/1.1',
                'Host: x',
                ...lines,
                `X-Other: ${marked(other)}`,
                'Connection: close',
                '',
                '',
              ]
              const answer = await exchange(port, head.join('\r\n'))
              const status = Number(/^HTTP\/1.1 (\d{3})/.exec(answer)?.[1])
              expect([400, 401]).toContain(status)
              expect(answer).not.toContain('zqx')
              expect(answer).not.toContain(good)
            },
          ),
          runs(60),
        )
        const alive = await exchange(
          port,
          `GET / HTTP/1.1\r\nHost: x\r\n${field}: ${prefix}${good}\r\nConnection: close\r\n\r\n`,
        )
        expect(alive).toMatch(/^HTTP\/1.1 200/)
      } finally {
        server.close()
        server.closeAllConnections()
      }
    })
  },
)

describe.each([...adapters, ...serverlessAdapters].filter(({ listener }) => !listener))(
  'T14: arbitrary headers, passed to $name',
  (adapter) => {
    it(`${adapter.name} answers 400 or 401 for any headers that can reach it, repeats none of them, and lets no request in`, async () => {
      const setup = { auth: issuer.trust(), routes: { '/': [{ scope: 'a' }] } }
      await through(adapter, setup, async ({ call, served }) => {
        await fc.assert(
          fc.asyncProperty(
            fc.array(anyValue, { minLength: 1, maxLength: 3 }),
            anyValue,
            async (values, other) => {
              // The clients refuse to send the characters that a header cannot hold.
              const sendable = (value: string): string =>
                value.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim()
              const headers = values.map(
                (value) => ['Authorization', `${sendable(value)}zqx`] as const,
              )
              const all = [...headers, ['X-Other', sendable(other)] as const]
              const answer = await served.exchange('/', all, 'GET')
              expect([400, 401]).toContain(answer.status)
              expect(JSON.stringify(answer)).not.toContain('zqx')
              expect(JSON.stringify(answer)).not.toContain(good)
            },
          ),
          runs(30),
        )
        expect((await call('/', [bearer(good)])).status).toBe(200)
      })
    })
  },
)

describe('T14: the headers that hold a token', () => {
  it('for any text, readBearer gives the only credential in it, gives nothing, or throws InvalidRequestError', () => {
    fc.assert(
      fc.property(fc.oneof(anyValue, fc.string()), (value) => {
        let token: string | undefined
        try {
          token = readBearer(value)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRequestError)
          expect(value).toMatch(/bearer/i)
          return
        }
        if (token !== undefined) expect(value.trim().toLowerCase()).toMatch(/^bearer +\S+$/)
        if (token !== undefined) expect(value.endsWith(token)).toBe(true)
      }),
      runs(1000),
    )
  })

  it('for any text, what the scheme reads and checks later is what readBearer reads at once', () => {
    const outcome = (read: () => string | undefined): unknown => {
      try {
        return read()
      } catch (error) {
        return (error as InvalidRequestError).reason
      }
    }
    const usual = fc.string().map((text) => `Bearer ${text}`)
    fc.assert(
      fc.property(fc.oneof(anyValue, fc.string(), usual), (value) => {
        const head: RequestHead = { method: 'GET', target: '/', header: () => value, onClosed() {} }
        const readInTwo = (): string | undefined => {
          const credential = bearerScheme.read(head)
          if (credential !== undefined) bearerScheme.check?.(head)
          return credential?.token
        }
        expect(outcome(readInTwo)).toBe(outcome(() => readBearer(value)))
      }),
      runs(5000),
    )
  })

  it('for any text, readTokenHeader gives the whole text as a token, gives nothing, or throws InvalidRequestError', () => {
    fc.assert(
      fc.property(fc.oneof(anyValue, fc.string()), (value) => {
        let token: string | undefined
        try {
          token = readTokenHeader(value)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRequestError)
          expect(value.trim()).not.toBe('')
          return
        }
        expect(token).toBe(value.trim() === '' ? undefined : value)
        if (token !== undefined) expect(token).toMatch(/^[A-Za-z0-9._~+/-]+=*$/)
      }),
      runs(1000),
    )
  })

  it('readBearer takes no quadratic time for headers of 16 KB that are made to be slow to parse', () => {
    // Each of these has made the time of some parser grow with the square of the length. Node
    // limits all headers together to 16 KB.
    for (const evil of ['"\\', '"', '",', 'Bearer ', ',', ', Bearer', '"\\"']) {
      const value = `Digest ${evil.repeat(16_384 / evil.length)}`
      const steps = 50
      for (let i = 0; i < steps; i++) {
        try {
          readBearer(value)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidRequestError)
        }
      }
    }
  }, 5_000)
})

/**
 * Parses a challenge (RFC 9110 section 11.6.1). It shares no code with the library that writes it.
 */
function readChallenge(header: string): Map<string, string> {
  const [, scheme, rest = ''] = /^([A-Za-z]+) (.*)$/s.exec(header) ?? []
  expect(scheme).toBe('Bearer')
  const parameters = new Map<string, string>()
  let left = rest
  while (left !== '') {
    const match = /^([a-z_]+)="((?:[^"\\]|\\.)*)"(?:, |$)/s.exec(left)
    if (match === null) throw new Error(`not a challenge: ${header}`)
    expect(parameters.has(match[1] as string)).toBe(false)
    parameters.set(match[1] as string, (match[2] as string).replace(/\\(.)/gs, '$1'))
    left = left.slice(match[0].length)
  }
  return parameters
}

it('T14: for any accepted realm and scopes, the challenge is printable ASCII and parses to those values', () => {
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c)),
    minLength: 1,
  })
  const scopeChar = fc.integer({ min: 0x21, max: 0x7e }).filter((c) => c !== 0x22 && c !== 0x5c)
  const scope = fc.string({ unit: scopeChar.map((c) => String.fromCharCode(c)), minLength: 1 })
  const errors = [
    () => new MissingCredentialsError(),
    () => new InvalidRequestError('malformed-credentials'),
    () => new InvalidTokenError('expired'),
    () => new InsufficientScopeError('scope'),
    () => new InsufficientScopeError('check'),
  ]
  fc.assert(
    fc.property(fc.constantFrom(...errors), printable, fc.array(scope), (create, realm, scopes) => {
      const error = create()
      const required: Parameters =
        scopes.length > 0 && error.reason !== 'check' ? { scope: scopes.join(' ') } : {}
      const { headers, body } = refusalOf(error, { realm, schemes, required })
      const challenge = headers['WWW-Authenticate'] as string
      expect(challenge).toMatch(/^[\x20-\x7e]+$/)
      const parameters = readChallenge(challenge)
      expect(parameters.get('realm')).toBe(realm)
      expect(parameters.get('error')).toBe(error.error)
      const named = error.status !== 400 && error.reason !== 'check' && scopes.length > 0
      expect(parameters.get('scope')).toBe(named ? scopes.join(' ') : undefined)
      expect(JSON.parse(body)).toMatchObject({ status: error.status })
      expect(headers['Content-Length']).toBe(String(Buffer.byteLength(body)))
    }),
    runs(400),
  )
})
