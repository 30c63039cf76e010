import type { IdToken, UserInfo } from 'tollgate'
import type { Html } from './html.ts'
import { html, page } from './html.ts'

/** What the API has answered to a request of the page. */
export interface ApiAnswer {
  readonly request: string
  readonly status: number
  readonly challenge: string | undefined
  readonly body: unknown
}

const title = 'Your orders'

const steps = [
  'You want to get at something',
  'The page sends you to an issuer that it trusts',
  'The issuer verifies who you are',
  'The issuer tells the page',
  'Access is given, as far as the token says',
] as const

function step(number: 1 | 2 | 3 | 4 | 5, isDone: boolean, body: Html = html``): Html {
  return html`<li class="${isDone ? 'done' : 'later'}"><h2>${steps[number - 1]}</h2>${body}</li>`
}

/** A request and its answer, as it went over the wire. */
function call({ request, status, challenge }: ApiAnswer, body: Html = html``): Html {
  const isGood = status < 400
  return html`<div class="card">
<p class="call"><code>${request}</code> <span class="${isGood ? 'good' : 'bad'}">${status} ${meaning[status]}</span></p>
${challenge === undefined ? html`` : html`<pre>WWW-Authenticate: ${challenge}</pre>`}
${body}</div>`
}

const meaning: Readonly<Record<number, string>> = {
  200: 'OK',
  401: 'Unauthorized',
  403: 'Forbidden',
  503: 'Service Unavailable',
}

function top(heading: string, note: string, action: Html): Html {
  return html`<header><div><h1>${heading}</h1><p class="quiet">${note}</p></div>${action}</header>`
}

const signInLink = html`<a class="button" href="/sign-in">Sign in</a>`

export function welcomePage(issuer: string, orders: ApiAnswer): string {
  return page(
    title,
    html`${top(title, 'They are in an API that shows them to nobody who has not signed in.', signInLink)}
<main><ol>
${step(1, true, html`<p>Without a token, the API says only what it wants to see.</p>${call(orders)}`)}
${step(2, false, html`<p class="quiet">The issuer is <code>${issuer}</code>.</p>`)}
${step(3, false)}
${step(4, false)}
${step(5, false)}
</ol></main>`,
  )
}

export interface Home {
  readonly issuer: string
  readonly identity: IdToken
  readonly profile: UserInfo
  readonly orders: ApiAnswer
  readonly deletion: ApiAnswer
}

export function homePage({ issuer, identity, profile, orders, deletion }: Home): string {
  const { subject, clientId, authTime, claims } = identity
  const amr = Array.isArray(claims['amr']) ? claims['amr'].join(', ') : 'not said'
  const signOut = html`<form method="post" action="/sign-out"><button class="second">Sign out</button></form>`
  return page(
    title,
    html`${top(`Hello, ${profile.name ?? subject}`, 'You have signed in.', signOut)}
<main><ol>
${step(1, true, html`<p>Your orders are in an API that asks for a token.</p>`)}
${step(2, true, html`<p>You went to <code>${issuer}</code>, and came back with a code.</p>`)}
${step(
  3,
  true,
  html`<div class="card"><dl>
<dt>when</dt><dd>${timeOf(authTime)}</dd>
<dt>how (<code>amr</code>)</dt><dd>${amr}</dd>
</dl></div>`,
)}
${step(
  4,
  true,
  html`<p>The ID token says who has signed in. It is for this page, and opens nothing.</p>
<div class="card"><dl>
<dt>issuer (<code>iss</code>)</dt><dd>${identity.issuer}</dd>
<dt>user (<code>sub</code>)</dt><dd>${subject}</dd>
<dt>for (<code>aud</code>)</dt><dd>${clientId}</dd>
</dl></div>
<p>The profile, which the page has asked for with an access token:</p>
<div class="card"><dl>
<dt>name</dt><dd>${profile.name}</dd>
<dt>email</dt><dd>${profile.email}${profile.email_verified === true ? ', verified' : ''}</dd>
</dl></div>`,
)}
${step(
  5,
  true,
  html`<p>Another access token is for the API, and lets you read your orders.</p>
${call(orders, html`<ul>${itemsOf(orders.body)}</ul>`)}
<p>It does not let you delete one.</p>
${call(deletion)}`,
)}
</ol></main>`,
  )
}

export function signedOutPage(orders: ApiAnswer): string {
  return page(
    'Signed out',
    html`${top('You have signed out', 'The issuer has told the API, which refuses your access token now.', signInLink)}
<main><p>The same token as before, which would have been good for an hour:</p>${call(orders)}</main>`,
  )
}

export function failedPage(isRefusal: boolean): string {
  const note = isRefusal
    ? 'The issuer has not let you in.'
    : 'Something is out of order. Try again.'
  return page('That did not work', html`${top('That did not work', note, signInLink)}<main></main>`)
}

function itemsOf(orders: unknown): readonly Html[] {
  if (!Array.isArray(orders)) return []
  return orders.map(({ item }: { item: string }) => html`<li>${item}</li>`)
}

function timeOf(seconds: number | undefined): string {
  if (seconds === undefined) return 'not said'
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}
