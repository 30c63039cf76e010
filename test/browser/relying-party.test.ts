import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { AuthEvent } from 'tollgate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RelyingParty } from '../../examples/relying-party/servers.ts'
import { startRelyingParty } from '../../examples/relying-party/servers.ts'
import { findFaint } from './contrast.ts'
import { open, phone, seenText, startBrowser, wide } from './stage.ts'

let browser: Browser
let party: RelyingParty
const events: AuthEvent[] = []

beforeAll(async () => {
  browser = await startBrowser()
  party = await startRelyingParty((event) => void events.push(event))
})
afterAll(async () => {
  await browser?.close()
  await party?.stop()
})

const main = (page: Page): Promise<string> => seenText(page.locator('body'))

/** Fills in the login page of the issuer, on which the page must be. */
async function fillIn(page: Page, user: string, password: string): Promise<void> {
  expect(new URL(page.url()).origin).toBe(party.issuer)
  await page.getByLabel('Name').fill(user)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

async function signIn(page: Page, user = 'alice', password = 'lantern'): Promise<void> {
  await page.getByRole('link', { name: 'Sign in' }).click()
  await fillIn(page, user, password)
  await page.getByRole('heading', { name: /^Hello/ }).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL(`${party.issuer}/**`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You have signed out' }).waitFor()
}

const refusal = (): AuthEvent | undefined =>
  events.findLast(({ type }) => type.endsWith('.refused'))

describe('the page that relies on an issuer', () => {
  test('shows nothing without a sign-in: the API asks for a token', async () => {
    const { page, context, errors } = await open(browser, party.web)
    const text = await main(page)
    expect(text).toMatch(/GET \/orders\s+401 Unauthorized/)
    expect(text).toContain('WWW-Authenticate: Bearer realm="api", scope="orders:read"')
    expect(text).not.toContain('lantern')
    expect(refusal()).toMatchObject({ reason: 'no-credentials' })
    expect(errors).toEqual([])
    await context.close()
  })

  test('a sign-in at the issuer shows who the user is, their orders, and no more than the token says', async () => {
    const { page, context, errors } = await open(browser, party.web)
    await signIn(page)
    expect(page.url()).toBe(`${party.web}/`)
    const text = await main(page)
    expect(text).toContain('Hello, Alice Liddell')
    expect(text).toContain('alice@example.com, verified')
    expect(text).toMatch(/how \(amr\)\s+pwd/)
    expect(text).toMatch(/user \(sub\)\s+alice/)
    expect(text).toMatch(/GET \/orders\s+200 OK\s+a lantern/)
    expect(text).not.toContain('a bridge')
    expect(text).toMatch(/DELETE \/orders\/1\s+403 Forbidden/)
    expect(text).toContain('error="insufficient_scope"')
    expect(refusal()).toMatchObject({
      reason: 'scope',
      hint: expect.stringContaining("'orders:write'"),
    })
    expect(errors).toEqual([])
    await context.close()
  })

  test('another user sees other orders', async () => {
    const { page, context } = await open(browser, party.web)
    await signIn(page, 'bob', 'bridge')
    expect(await main(page)).toMatch(/Hello, Bob Builder[\s\S]*GET \/orders\s+200 OK\s+a bridge/)
    await context.close()
  })

  test('after a sign-out, the API refuses the access token that it accepted a moment ago', async () => {
    const { page, context, errors } = await open(browser, party.web)
    await signIn(page)
    events.length = 0
    await signOut(page)
    expect(await main(page)).toMatch(/GET \/orders\s+401 Unauthorized[\s\S]*error="invalid_token"/)
    expect(events.filter(({ type }) => type === 'notice.accepted')).toHaveLength(1)
    expect(refusal()).toMatchObject({
      reason: 'revoked',
      hint: expect.stringContaining('revocation'),
    })
    // The page has forgotten the user, and the issuer asks who it is again.
    await page.goto(party.web)
    expect(await main(page)).toMatch(/GET \/orders\s+401/)
    await signIn(page)
    expect(await main(page)).toMatch(/GET \/orders\s+200/)
    expect(errors).toEqual([])
    await context.close()
  })

  test('a sign-out on one device leaves the sessions on others alone', async () => {
    const [laptop, telephone] = [await open(browser, party.web), await open(browser, party.web)]
    await signIn(laptop.page)
    await signIn(telephone.page)
    await signOut(laptop.page)
    await telephone.page.reload()
    expect(await main(telephone.page)).toMatch(/GET \/orders\s+200/)
    await Promise.all([laptop.context.close(), telephone.context.close()])
  })

  test('a session that ends at the issuer ends at the page', async () => {
    const { page, context } = await open(browser, party.web)
    await signIn(page)
    await page.goto(`${party.issuer}/session/end`)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/session/end/success**')
    await page.getByRole('heading', { name: 'You have signed out' }).waitFor()
    await page.goto(party.web)
    await page.getByText('The same token as before').waitFor()
    expect(refusal()).toMatchObject({ reason: 'revoked' })
    await context.close()
  })

  test('whoever signs out of the page alone loses its token, and is still known to the issuer', async () => {
    const { page, context } = await open(browser, party.web)
    await signIn(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Only out of that page' }).click()
    expect(await main(page)).toMatch(/GET \/orders\s+401/)
    expect(refusal()).toMatchObject({ reason: 'revoked' })
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Hello, Alice Liddell' }).waitFor()
    await context.close()
  })

  test('a wrong password, and whoever cancels, get nothing', async () => {
    const { page, context } = await open(browser, party.web)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await fillIn(page, 'alice', 'bridge')
    await page.getByRole('alert').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('heading', { name: 'That did not work' }).waitFor()
    expect(page.url()).toContain(party.web)
    await page.goto(party.web)
    expect(await main(page)).toMatch(/GET \/orders\s+401/)
    await context.close()
  })

  test('an answer of the issuer counts once, and in the browser alone that asked for it', async () => {
    const { page, context } = await open(browser, party.web)
    const answers: string[] = []
    page.on('request', (request) => {
      if (request.url().startsWith(`${party.web}/callback`)) answers.push(request.url())
    })
    await signIn(page)
    const [answer = ''] = answers
    expect(new URL(answer).searchParams.get('code')).toBeTruthy()
    const other = await open(browser, answer)
    expect(await main(other.page)).toMatch(/GET \/orders\s+401/)
    // With a request of its own, whose `state` is another.
    await other.page.getByRole('link', { name: 'Sign in' }).click()
    await other.page.goto(answer)
    await other.page.getByRole('heading', { name: 'That did not work' }).waitFor()
    await other.context.close()
    await context.close()
  })

  test.each(['/', '/sign-in', '/callback?code=x&state=y', '/signed-out?state=x', '/style.css'])(
    '%s runs no script, and no other page frames it',
    async (path) => {
      const { headers } = await fetch(party.web + path, { redirect: 'manual' })
      expect(headers.get('content-security-policy')).toBe(
        `default-src 'none'; style-src 'self'; form-action 'self' ${party.issuer}; base-uri 'none'; frame-ancestors 'none'`,
      )
      expect(headers.get('cache-control')).toBe('no-store')
    },
  )

  test.each([
    ['light', 'phone', phone],
    ['light', 'wide', wide],
    ['dark', 'phone', phone],
    ['dark', 'wide', wide],
  ] as const)('in %s on a %s screen, it is easy to read', async (colorScheme, name, screen) => {
    const { page, context } = await open(browser, party.web, { colorScheme, ...screen })
    async function look(what: string): Promise<void> {
      const folder = process.env['SCREENSHOTS']
      const path = `${folder}/${what}-${name}-${colorScheme}.png`
      if (folder !== undefined) await page.screenshot({ path, fullPage: true })
      expect(await findFaint(page)).toEqual([])
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width).toBe(screen.viewport.width)
    }
    await look('welcome')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await look('login')
    await fillIn(page, 'alice', 'wrong')
    await look('login-failed')
    await fillIn(page, 'alice', 'lantern')
    await page.getByRole('heading', { name: /^Hello/ }).waitFor()
    await look('home')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL(`${party.issuer}/**`)
    await look('sign-out')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You have signed out' }).waitFor()
    await look('signed-out')
    await page.goto(`${party.issuer}/auth?client_id=unknown`)
    await look('error')
    await context.close()
  })
})

test('start.ts prints where the page is, and keeps running', async () => {
  const root = join(import.meta.dirname, '..', '..')
  const script = 'examples/relying-party/start.ts'
  const args = ['node_modules/tsx/dist/cli.mjs', '--conditions=@tollgate/source', script]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      output += part
    })
  }
  try {
    while (!output.includes('Ctrl-C stops it.')) {
      if (child.exitCode !== null) throw new Error(output)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const [, web = ''] = /^page +(\S+)$/m.exec(output) ?? []
    const { page, context } = await open(browser, web)
    expect(await main(page)).toMatch(/GET \/orders\s+401/)
    await context.close()
    expect(output).toContain('the API refused: no-credentials')
    expect(child.exitCode).toBeNull()
  } finally {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
})
