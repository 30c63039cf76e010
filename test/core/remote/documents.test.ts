import { describe, expect, it } from 'vitest'
import { askJsonOrJwt, fetchJson, fetchJwt } from '../../../src/core/remote/documents.ts'
import type { FetchInit, HttpOptions, HttpRequest } from '../../../src/core/remote/http.ts'
import { LoadError } from '../../../src/core/remote/load-error.ts'

const url = 'https://issuer.test/endpoint'
const jwt = 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln'
const jwtType = 'application/token-introspection+jwt'
const secret = 'the-secret-of-this-client'

/** Answers every request, and notes what was asked. */
function createServer(answer: () => Response): { options: HttpOptions; asked: FetchInit[] } {
  const asked: FetchInit[] = []
  const options = {
    fetch: async (_: string, init: FetchInit) => {
      asked.push(init)
      return answer()
    },
    now: Date.now,
    timeout: 5,
    maxBytes: 1024,
    signal: new AbortController().signal,
  }
  return { options, asked }
}

function answering(body: string, type?: string, status = 200): () => Response {
  const headers = type === undefined ? {} : { 'content-type': type }
  return () => new Response(body, { status, headers })
}

const form: HttpRequest = {
  url,
  accept: 'application/json',
  authorization: `Basic ${secret}`,
  form: { token: 'a token+&=', token_type_hint: 'access_token' },
}

describe('asking an endpoint', () => {
  it('a form is sent by POST, encoded, with the credentials in the header and no redirect followed', async () => {
    const { options, asked } = createServer(answering('{"active":true}', 'application/json'))
    const answer = await askJsonOrJwt(form, [jwtType], options)
    expect(answer).toEqual({ body: { active: true }, maxAge: undefined })
    expect(asked).toMatchObject([
      {
        method: 'POST',
        redirect: 'manual',
        body: 'token=a+token%2B%26%3D&token_type_hint=access_token',
        headers: {
          accept: 'application/json',
          authorization: `Basic ${secret}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
      },
    ])
  })

  it('a request without a form is a GET, with a Bearer header where one is given', async () => {
    const { options, asked } = createServer(answering('{}'))
    await askJsonOrJwt({ url, accept: 'application/json', authorization: 'Bearer t' }, [], options)
    await fetchJson(url, options)
    expect(asked.map(({ method, body }) => [method, body])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ])
    expect(asked[0]?.headers).toMatchObject({ authorization: 'Bearer t' })
    expect(asked[1]?.headers).not.toHaveProperty('authorization')
  })

  it.each([[jwtType], ['Application/Token-Introspection+JWT; charset=utf-8']])(
    'an answer of the type %s is read as a JWT',
    async (type) => {
      const { options } = createServer(answering(`${jwt}\n`, type))
      expect(await askJsonOrJwt(form, [jwtType], options)).toEqual({ jwt, maxAge: undefined })
    },
  )

  it('a JWT of another media type is no answer', async () => {
    const { options } = createServer(answering(jwt, 'application/jwt'))
    await expect(askJsonOrJwt(form, [jwtType], options)).rejects.toThrow(
      'not JSON at https://issuer.test/endpoint',
    )
  })

  it('a JWT is read whatever its media type where nothing else is expected', async () => {
    const { options } = createServer(answering(jwt, 'text/plain'))
    const answer = await fetchJwt({ url, accept: 'application/statuslist+jwt' }, options)
    expect(answer).toEqual({ jwt, maxAge: undefined })
  })

  it.each([
    ['three parts of other characters', 'a.b=.c'],
    ['five parts', 'a.b.c.d.e'],
    ['nothing', ''],
    ['JSON', '{"active":true}'],
  ])('%s is no signed JWT', async (_, text) => {
    const { options } = createServer(answering(text, jwtType))
    await expect(askJsonOrJwt(form, [jwtType], options)).rejects.toThrow('no signed JWT at')
  })

  it.each([
    [400, '{"error":"invalid_target"}', 'status 400 (invalid_target)', 'invalid_target'],
    [401, '{"error":"invalid_client"}', 'status 401 (invalid_client)', 'invalid_client'],
    [400, `{"error":"${secret}"}`, 'status 400', undefined],
    [400, '{"error":["invalid_client"]}', 'status 400', undefined],
    [400, '<html>', 'status 400', undefined],
    [500, '{"error":"invalid_client"}', 'status 500', undefined],
  ])(
    'of a refusal with status %i and %s, only a code of OAuth is taken over',
    async (status, body, message, oauthError) => {
      const { options } = createServer(answering(body, 'application/json', status))
      const error = await askJsonOrJwt(form, [], options).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(LoadError)
      expect(error.message).toBe(`${message} at ${url}`)
      expect(error.details).toMatchObject({ status, oauthError })
    },
  )

  it('a refusal that is too long is not read to its end', async () => {
    const long = `{"x":"${'x'.repeat(20_000)}","error":"invalid_client"}`
    const { options } = createServer(answering(long, 'application/json', 400))
    await expect(askJsonOrJwt(form, [], options)).rejects.toThrow(`status 400 at ${url}`)
  })

  it('no error repeats what was sent, even where the server answers with it', async () => {
    const echo = `${secret} ${form.form?.['token']}`
    const answers = [
      answering(echo),
      answering(echo, jwtType),
      answering(echo, undefined, 400),
      answering(echo, undefined, 302),
      () => {
        throw Object.assign(new Error(echo), { code: echo, cause: { code: echo } })
      },
    ]
    for (const answer of answers) {
      const { options } = createServer(answer)
      const error = await askJsonOrJwt(form, [jwtType], options).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(LoadError)
      const told = JSON.stringify([error.message, error.details, error.cause ?? null])
      expect(told).not.toContain(secret)
      expect(told).not.toContain('a token')
    }
  })
})
