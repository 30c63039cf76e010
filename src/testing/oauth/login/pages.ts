import { createHash } from 'node:crypto'
import type { Answer } from '../../answer.ts'
import { answerText } from '../../answer.ts'
import { Html, html } from './html.ts'

const style = `
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif;
    --ground: #f5f6f8; --surface: #fff; --text: #1b2430; --quiet: #4d5968; --line: #7b8796;
    --accent: #1a56c4; --on-accent: #fff }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #12171f; --surface: #1b222d; --text: #e8ecf2; --quiet: #aab6c6;
      --line: #7f8da0; --accent: #8ab4ff; --on-accent: #0c1422 }
  }
  html { background: var(--ground); color: var(--text) }
  body { max-width: 26rem; margin: 8vh auto 2rem; padding: 0 1rem }
  main { background: var(--surface); border-radius: .6rem; padding: 1.25rem }
  h1 { font-size: 1.4rem; line-height: 1.3; margin: 0 0 .5rem }
  p { margin: .5rem 0 }
  form { margin: 1rem 0 0 }
  label { display: block; margin-bottom: .25rem; font-weight: 600 }
  input, button { font: inherit; color: inherit; width: 100%; box-sizing: border-box;
    min-height: 2.75rem; padding: .5rem .8rem; background: var(--surface);
    border: 1px solid var(--line); border-radius: .4rem; margin-bottom: .5rem;
    overflow-wrap: anywhere }
  button { cursor: pointer }
  button:hover { border-color: var(--accent) }
  button[value]:not(.plain) { text-align: left }
  button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent);
    font-weight: 600 }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
  code { overflow-wrap: anywhere }
  small { color: var(--quiet); font-size: .9rem }
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
<p><code>${clientId}</code> asks who you are.</p>
${scopes.length > 0 ? html`<p>Scopes: <code>${scopes.join(' ')}</code></p>` : ''}
${names.length > 0 ? html`<form method="post" action="?">${hidden}${picked}</form>` : ''}
<form method="post" action="?">${hidden}
<label for="user">${names.length > 0 ? 'Or type a user' : 'User'}</label>
<input id="user" name="user" value="${suggestion}" maxlength="255" required autocomplete="off">
<button class="main">Log in</button></form>
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
