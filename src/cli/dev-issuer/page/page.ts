import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AccessRules } from '../../../testing/control/access.ts'
import { hasSecret, isKnownHost } from '../../../testing/control/access.ts'
import { controlPath } from '../../../testing/control/protocol.ts'
import { document } from './document.ts'
import { lockedDocument } from './locked-document.ts'
import { style } from './style.ts'

/** The page of a running issuer: what a browser shows of its control endpoints. */
export interface Page {
  /** Answers a request to the page or to a part of it. False: it is for somebody else. */
  handle(request: IncomingMessage, response: ServerResponse): boolean
  /** The link that opens the page. */
  linkAt(host: string, port: number): string
}

/** The folder of the files that the page loads. It holds nothing that is secret. */
const partsPath = `${controlPath}/page/`

/** The scripts of the page. No other file of the package can be asked for. */
const scripts: readonly string[] = [
  'call',
  'claims',
  'control',
  'copy',
  'elements',
  'faults',
  'keys',
  'log',
  'main',
  'mint',
  'refresh',
  'token',
]

interface Content {
  readonly status: number
  readonly type: string
  readonly body: string | Uint8Array
}

/**
 * The page has no power of its own: its scripts ask the control endpoints, which refuse whoever has
 * no secret. It wants the secret all the same, so that whoever sees the page can use it.
 */
export function createPage(rules: AccessRules): Page {
  async function contentOf(path: string, query: URLSearchParams): Promise<Content | undefined> {
    if (path === '/') {
      const opens = hasSecret(query.get('token') ?? '', rules)
      const body = opens ? document : lockedDocument(query.has('token'))
      return { status: opens ? 200 : 401, type: 'text/html', body }
    }
    const name = path.slice(partsPath.length)
    if (name === 'style.css') return { status: 200, type: 'text/css', body: style }
    const script = /^([a-z]+)\.js$/.exec(name)?.[1]
    if (script === undefined || !scripts.includes(script)) return undefined
    const body = await readFile(new URL(`./browser/${script}.js`, import.meta.url))
    return { status: 200, type: 'text/javascript', body }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
    const isKnown = isKnownHost(request.headers.host ?? '', rules)
    const content = isKnown
      ? await contentOf(path, new URLSearchParams(query)).catch(() => undefined)
      : { status: 403, type: 'text/plain', body: 'The Host is not known.' }
    const { status, type, body } = content ?? {
      status: 404,
      type: 'text/plain',
      body: 'Not found.',
    }
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, ...headers })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  return {
    handle(request, response) {
      const { method, url = '' } = request
      if (method !== 'GET' && method !== 'HEAD') return false
      if (!/^\/(?:$|\?)/.test(url) && !url.startsWith(partsPath)) return false
      void answer(request, response)
      return true
    },
    linkAt: (host, port) =>
      `http://${host}:${port}/${rules.secret === undefined ? '' : `?token=${rules.secret}`}`,
  }
}

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // No text can become HTML or a script by mistake.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  // The address of the page may hold the secret.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const
