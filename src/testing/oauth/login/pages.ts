import { createHash } from 'node:crypto'
import type { Answer } from '../../answer.ts'
import { answerText } from '../../answer.ts'
import { Html, html } from './html.ts'

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 26rem; margin: 10vh auto 2rem; padding: 0 1rem }
  h1 { font-size: 1.4rem; margin: 0 0 .5rem }
  form { margin: 1rem 0 }
  label { display: block; margin-bottom: .25rem }
  input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .8rem;
    border: 1px solid #8888; border-radius: .4rem; margin-bottom: .5rem }
  button { cursor: pointer; text-align: left; background: #8882 }
  button:hover { background: #8884 }
  button.plain { background: none; text-align: center }
  code { overflow-wrap: anywhere }
  small { opacity: .75 }
`

const styleHash = createHash('sha256').update(style).digest('base64')

export interface LoginPage {
  readonly clientId: string
  readonly scopes: readonly string[]
  /** The users who can be picked. */
  readonly names: readonly string[]
  /** What is in the field already. */
  readonly suggestion: string
  /** The parameters of the authorization request. They come back with the user. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
  readonly schemes: readonly string[]
}

/** The page on which somebody says who logs in. It works without scripts. */
export function answerLoginPage(page: LoginPage): Answer {
  const { clientId, scopes, names, suggestion, schemes } = page
  const hidden = page.parameters.map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  const picked = names.map((name) => html`<button name="user" value="${name}">${name}</button>`)
  const content = html`<h1>Log in</h1>
<p><code>${clientId}</code> asks who you are.
${scopes.length > 0 ? html`Scopes: <code>${scopes.join(' ')}</code>` : ''}</p>
${names.length > 0 ? html`<form method="post" action="?">${hidden}${picked}</form>` : ''}
<form method="post" action="?">${hidden}
<label for="user">${names.length > 0 ? 'Or type a user' : 'User'}</label>
<input id="user" name="user" value="${suggestion}" maxlength="255" required autocomplete="off">
<button>Log in</button></form>
<form method="post" action="?">${hidden}
<button class="plain" name="deny" value="true">Cancel</button></form>
<p><small>This is a test issuer: it asks for no password.</small></p>`
  return answerPage(200, 'Log in', content, schemes)
}

export function answerMessagePage(status: number, title: string, message: string): Answer {
  return answerPage(status, title, html`<h1>${title}</h1><p>${message}</p>`)
}

function answerPage(
  status: number,
  title: string,
  content: Html,
  schemes: readonly string[] = [],
): Answer {
  const styleElement = new Html(`<style>${style}</style>`)
  const page = html`<!doctype html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>${styleElement}
<main>${content}</main></html>`
  // Chromium applies form-action to where the answer of a form redirects, too, and to where that
  // redirects. So every place is allowed that a client may be at.
  const targets = ["'self'", ...new Set(['http:', 'https:', ...schemes])].join(' ')
  return answerText(status, page.text, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': [
      "default-src 'none'",
      `style-src 'sha256-${styleHash}'`,
      `form-action ${targets}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
    // With 'no-referrer', the form would be sent with `Origin: null`, which is refused.
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  })
}
