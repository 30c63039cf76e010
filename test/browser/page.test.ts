import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Browser, Page } from 'playwright-core'
import type { RemoteTestIssuer } from 'tollgate/testing'
import { connectTestIssuer } from 'tollgate/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { markup, startApi } from './api.ts'
import type { Opened, RunningCommand } from './stage.ts'
import { open, phone, seenText, startBrowser, startIssuer } from './stage.ts'

let browser: Browser
let command: RunningCommand
let issuer: RemoteTestIssuer
let api: Awaited<ReturnType<typeof startApi>>
let opened: Opened
let page: Page

beforeAll(async () => {
  ;[browser, command] = await Promise.all([startBrowser(), startIssuer()])
  issuer = await connectTestIssuer(command.link)
  api = await startApi(issuer.url, issuer.audience as string)
})
afterAll(async () => {
  await browser?.close()
  await command?.stop()
  await api?.close()
})
beforeEach(async () => {
  await issuer.reset()
  opened = await open(browser, command.link)
  page = opened.page
  const { origin } = new URL(command.link)
  await opened.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin })
  await page.locator('#keys li').first().waitFor()
})
afterEach(async () => {
  const { context, errors } = opened
  await context.close()
  expect(errors).toEqual([])
})

const button = (name: string) => page.getByRole('button', { name, exact: true })
const status = (id: string) => page.locator(`#${id}-status`)
const tokenField = () => page.getByLabel('Token', { exact: true })

/** Presses a button, and waits for what the page says of it. */
async function press(name: string, id: string, says: RegExp): Promise<void> {
  await button(name).click()
  await status(id).filter({ hasText: says }).waitFor()
}

/** Mints what the form says. */
async function mint(): Promise<string> {
  await press('Mint', 'mint', /^Minted/)
  return tokenField().inputValue()
}

test('the head of the page names the issuer, as the environment lines do', async () => {
  await page.getByText('RFC 9068').waitFor()
  const about = await seenText(page.locator('#about'))
  for (const name of ['ISSUER', 'AUDIENCE', 'JWKS_URI']) {
    expect(about).toContain(command.variables[name])
  }
})

describe('minting', () => {
  test('a token has the claims of the fields, and lives as long as they say', async () => {
    await page.getByLabel('Subject (sub)').fill('ada')
    await page.getByLabel('Scopes (scope)').fill('orders:read orders:write')
    await button('Add a claim').click()
    await page.getByLabel('Claim', { exact: true }).fill('roles')
    await page.getByLabel('Value').fill('["admin"]')
    await page.getByLabel('Type').selectOption('JSON')
    await page.getByLabel('Expires in').fill('5')
    await page.getByLabel('Unit').selectOption('minutes')
    const claims = decodeJwt(await mint())
    expect(claims).toMatchObject({
      sub: 'ada',
      scope: 'orders:read orders:write',
      roles: ['admin'],
      aud: issuer.audience,
    })
    expect(Number(claims.exp) - Number(claims.iat)).toBe(300)
    const decoded = await seenText(page.locator('#decoded'))
    expect(decoded).toContain('"roles"')
    expect(decoded).toContain('Valid until')
  })

  test('while a token is minted, the page does not say that it was', async () => {
    await mint()
    await page.route('**/mint', () => {})
    await button('Mint').click()
    expect(await status('mint').textContent()).toBe('')
  })

  test('claims go from fields to JSON and back, and nothing is lost', async () => {
    await page.getByLabel('Subject (sub)').fill('ada')
    await button('Add a claim').click()
    await page.getByLabel('Claim', { exact: true }).fill('tenant')
    await page.getByLabel('Value').fill('12')
    await page.getByRole('radio', { name: 'as JSON' }).check()
    const json = page.getByLabel('Claims as JSON')
    expect(JSON.parse(await json.inputValue())).toEqual({ sub: 'ada', tenant: '12' })
    await json.fill('{"sub":"bob","aud":["a","b"],"nested":{"deep":1}}')
    expect(decodeJwt(await mint())).toMatchObject({
      sub: 'bob',
      aud: ['a', 'b'],
      nested: { deep: 1 },
    })
    await page.getByRole('radio', { name: 'as fields' }).check()
    expect(await page.getByLabel('Subject (sub)').inputValue()).toBe('bob')
    expect(await page.getByLabel('Value').nth(1).inputValue()).toBe('{"deep":1}')
    expect(decodeJwt(await mint())).toMatchObject({ aud: ['a', 'b'], nested: { deep: 1 } })
    await page
      .getByRole('button', { name: /^Remove claim/ })
      .first()
      .click()
    expect(decodeJwt(await mint()).aud).toBe(issuer.audience)
  })

  test('what is no JSON is told, keeps the text, and mints nothing', async () => {
    await page.getByRole('radio', { name: 'as JSON' }).check()
    await page.getByLabel('Claims as JSON').fill('{"sub":')
    await press('Mint', 'mint', /no JSON/)
    await page.getByRole('radio', { name: 'as fields' }).click()
    await status('mint')
      .filter({ hasText: /no JSON/ })
      .waitFor()
    expect(await page.getByLabel('Claims as JSON').inputValue()).toBe('{"sub":')
    expect(await page.getByRole('radio', { name: 'as JSON' }).isChecked()).toBe(true)
    expect(await tokenField().inputValue()).toBe('')
  })

  test('a token has the claims of another kind of issuer, of a person or a machine', async () => {
    await page.getByLabel('Shape of the claims').selectOption('keycloak')
    await page.getByLabel('Caller').selectOption('a machine')
    const token = await mint()
    expect(decodeJwt(token)).toMatchObject({
      iss: issuer.url,
      preferred_username: 'service-account-client-1',
    })
    expect(decodeProtectedHeader(token).typ).toBe('JWT')
  })

  test('every wrong token can be minted, and says that APIs must refuse it', async () => {
    const faults = await page
      .locator('#fault option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
    expect(faults).toHaveLength(11)
    for (const fault of faults.filter(Boolean)) {
      await page.getByLabel('What is wrong with it').selectOption(fault)
      await press('Mint', 'mint', /APIs must refuse/)
    }
    await page.getByLabel('What is wrong with it').selectOption('expired')
    expect(Number(decodeJwt(await mint()).exp)).toBeLessThan(Date.now() / 1000)
    await page.locator('#decoded').filter({ hasText: 'it has expired' }).waitFor()
  })
})

describe('copying', () => {
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())

  test('the token is copied as it is, as a header, and as a line for a shell', async () => {
    const token = await mint()
    await press('Copy the token', 'copy', /^Copied the token/)
    expect(await clipboard()).toBe(token)
    await press('Copy as header', 'copy', /^Copied the header/)
    expect(await clipboard()).toBe(`Authorization: Bearer ${token}`)
    await page.getByLabel('URL on this machine').fill("http://localhost:3000/it's")
    await page.getByLabel('Method').selectOption('POST')
    await page.getByLabel('Body (JSON)').fill('{"a":1}')
    await press('Copy as curl', 'copy', /^Copied the curl line/)
    expect(await clipboard()).toBe(
      `curl -i -X POST -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' --data '{"a":1}' 'http://localhost:3000/it'\\''s'`,
    )
  })

  test('without a token, nothing is copied', async () => {
    await press('Copy the token', 'copy', /no token yet/)
  })

  test('it works where the browser has no clipboard, as off localhost', async () => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }))
    const token = await mint()
    await press('Copy the token', 'copy', /^Copied the token/)
    await page.getByLabel('Subject (sub)').press('Control+V')
    expect(await page.getByLabel('Subject (sub)').inputValue()).toBe(token)
  })
})

describe('calling an API', () => {
  async function call(path: string): Promise<string> {
    await page.getByLabel('URL on this machine').fill(`${api.url}${path}`)
    await press('Call', 'call', /^The API answered/)
    await page.locator('#answer p').first().waitFor()
    return seenText(page.locator('#answer'))
  }

  test('a good token gets an answer, whose body is shown', async () => {
    await page.getByLabel('Subject (sub)').fill('ada')
    await page.getByLabel('Scopes (scope)').fill('orders:read')
    await mint()
    const answer = await call('/orders')
    expect(answer).toContain('200 OK')
    expect(answer).toContain('"hello": "ada"')
  })

  test('an expired token is refused, and the challenge and the reason are explained', async () => {
    await page.getByLabel('What is wrong with it').selectOption('expired')
    await mint()
    const answer = await call('/orders')
    expect(answer).toContain('401 Unauthorized')
    expect(answer).toContain('Its challenge: Bearer')
    expect(answer).toMatch(/error\s+invalid_token\s+The token is expired, revoked/)
    expect(answer).toMatch(/scope\s+orders:read\s+The scopes that a token needs here/)
    expect(answer).toMatch(/expired: the token expired 36\d\d s ago/)
    expect(answer).toContain('NODE_DEBUG=tollgate')
  })

  test('a token without the scope, and no token at all, are explained as well', async () => {
    await mint()
    expect(await call('/orders')).toMatch(
      /403 Forbidden[\s\S]*scope: the route demands orders:read/,
    )
    await page.getByLabel('Send the token').uncheck()
    expect(await call('/orders')).toMatch(/401 Unauthorized[\s\S]*no-credentials: /)
  })

  test('redirects are shown and not followed', async () => {
    await page.getByLabel('Send the token').uncheck()
    const answer = await call('/moved')
    expect(answer).toContain('It redirects to http://192.0.2.1/elsewhere. That was not followed.')
  })

  test.each([
    'http://192.0.2.1/',
    'http://localhost.example.com/',
    'http://0.0.0.0:3000/',
    'http://user:secret@localhost/',
    'file:///etc/passwd',
    'orders',
  ])('%s is refused', async (url) => {
    await page.getByLabel('Send the token').uncheck()
    await page.getByLabel('URL on this machine').fill(url)
    await press('Call', 'call', /must (be|have)/)
    expect(await seenText(page.locator('#answer'))).toBe('')
  })

  test('an API that does not run is told apart from one that refuses', async () => {
    await page.getByLabel('Send the token').uncheck()
    await page.getByLabel('URL on this machine').fill('http://localhost:9/')
    await press('Call', 'call', /ECONNREFUSED.*Does your API run/)
  })
})

describe('keys, faults and the log', () => {
  const keys = () => page.locator('#keys li').allInnerTexts()

  test('a rotation shows the new key, which signs, and the old one can be retired and published', async () => {
    const before = decodeProtectedHeader(await issuer.mint()).kid
    await press('Rotate', 'keys', /signs from now on/)
    const { kid } = decodeProtectedHeader(await issuer.mint())
    expect(kid).not.toBe(before)
    expect(await keys()).toEqual([
      expect.stringMatching(new RegExp(`^${before} ES256\\s+published\\s+Retire$`)),
      expect.stringMatching(new RegExp(`^${kid} ES256\\s+signs, published\\s+Retire$`)),
    ])
    await press(`Retire the key ${before}`, 'keys', /no longer published/)
    const jwks = await (await fetch(`${issuer.url}/jwks`)).json()
    expect(jwks.keys).toHaveLength(1)
    await press(`Publish the key ${before}`, 'keys', /is published/)
    await press('Rotate and retire the old key', 'keys', /signs from now on/)
    expect((await keys())[1]).toMatch(/not published/)
  })

  test('what another process rotates and breaks appears by itself', async () => {
    await issuer.rotate()
    await page.locator('#keys li').nth(1).waitFor()
    const { faults } = await import('tollgate/testing')
    await issuer.fail('token', faults.hang())
    await page.locator('#faults li').filter({ hasText: 'hang token' }).waitFor()
  })

  test('a broken endpoint fails until it is repaired', async () => {
    await press('Break', 'faults', /broken now/)
    const get = async () => (await fetch(`${issuer.url}/jwks`)).status
    expect(await get()).toBe(503)
    await press('Repair jwks: status 503', 'faults', /^Repaired/)
    expect(await get()).toBe(200)
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('faults-title')
  })

  test('a fault that ends by itself is counted down', async () => {
    await page.getByLabel('What goes wrong').selectOption('Answers with a web page')
    await page.getByLabel('How often').fill('2')
    await press('Break', 'faults', /broken now/)
    await page.locator('#faults li').filter({ hasText: '2 more times' }).waitFor()
    const html = await fetch(`${issuer.url}/jwks`)
    expect(html.headers.get('content-type')).toBe('text/html')
    await page.locator('#faults li').filter({ hasText: '1 more time' }).waitFor()
    await fetch(`${issuer.url}/jwks`)
    await page.locator('#faults li').waitFor({ state: 'detached' })
  })

  test('every fault of the list can be chosen', async () => {
    const breaks = page.getByLabel('What goes wrong')
    const names = await page
      .locator('#breaks option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
    expect(names.length).toBeGreaterThan(15)
    for (const [at, name] of names.entries()) {
      await breaks.selectOption(name)
      await button('Break').click()
      await page.locator('#faults li').nth(at).waitFor()
    }
  })

  test('a fault that never applies there is refused with the reason', async () => {
    await page.getByLabel('What goes wrong').selectOption('No keys')
    await page.getByLabel('Where').selectOption('login page')
    await press('Break', 'faults', /never applies to 'authorization'/)
  })

  test('requests appear in the log, the newest first, and the page itself is not in it', async () => {
    await fetch(`${issuer.url}/jwks`)
    await page.locator('#log li').first().waitFor()
    await fetch(`${issuer.url}/.well-known/openid-configuration`)
    await page.locator('#log li').nth(1).waitFor()
    expect(await page.locator('#log code').allInnerTexts()).toEqual([
      'GET /.well-known/openid-configuration',
      'GET /jwks',
    ])
    await press('Empty the log', 'log', /is empty/)
    expect(await page.locator('#log li').count()).toBe(0)
    await fetch(`${issuer.url}/jwks`)
    await page.locator('#log li').first().waitFor()
    expect(await page.locator('#log li').count()).toBe(1)
  })

  test('a reset brings back the first key and ends faults', async () => {
    await press('Rotate', 'keys', /signs/)
    await press('Break', 'faults', /broken/)
    await press('Reset the issuer', 'log', /as it was/)
    expect(await page.locator('#keys li').count()).toBe(1)
    expect(await page.locator('#faults li').count()).toBe(0)
  })
})

test('text of others is text: in claims, kids, answers, faults and log lines', async () => {
  await page.getByLabel('Subject (sub)').fill(markup)
  await button('Add a claim').click()
  await page.getByLabel('Claim', { exact: true }).fill(markup)
  await page.getByLabel('Value').fill(markup)
  expect(decodeJwt(await mint())).toMatchObject({ sub: markup, [markup]: markup })
  await page.getByLabel('URL on this machine').fill(`${api.url}/hostile`)
  await press('Call', 'call', /answered 401/)
  await tokenField().fill(
    await issuer.mint({ sub: markup }, { kid: markup, header: { typ: markup } }),
  )
  await fetch(`${issuer.url}/${encodeURI(markup)}?${encodeURI(markup)}`)
  await page.locator('#log li').first().waitFor()
  for (const id of ['decoded', 'answer', 'log']) {
    expect(await seenText(page.locator(`#${id}`)), id).toContain('<img src=x onerror=')
  }
  expect(await page.locator('img, script:not([src])').count()).toBe(0)
})

test('everything can be done by keyboard alone, and what has the focus is seen', async () => {
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLElement
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      const name = element === document.body ? 'BODY' : element.id || element.textContent
      return { name, isSeen: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 }
    })
  const walk: string[] = []
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press('Tab')
    const { name, isSeen } = await focused()
    if (name === 'BODY' || walk.includes(name)) break
    expect([name, isSeen]).toEqual([name, true])
    walk.push(name)
    if (name === 'sub') await page.keyboard.type('keyboard')
    if (name === 'scope') await page.keyboard.type('orders:read')
    if (name === 'Mint') {
      await page.keyboard.press('Enter')
      await status('mint')
        .filter({ hasText: /^Minted/ })
        .waitFor()
    }
    if (name === 'url') {
      await page.keyboard.press('Control+A')
      await page.keyboard.type(`${api.url}/orders`)
      await page.keyboard.press('Enter')
      await status('call').filter({ hasText: '200 OK' }).waitFor()
    }
    if (name === 'rotate') {
      await page.keyboard.press('Space')
      await status('keys').filter({ hasText: 'signs' }).waitFor()
    }
  }
  // From the form to the log, every field and button is on the way, in the order of the page.
  const expected = ['fault', 'sub', 'scope', 'aud', 'add-claim', 'expires-in', 'shape', 'token']
  const later = ['method', 'url', 'with-token', 'rotate', 'breaks', 'endpoint', 'reset', 'log-box']
  expect(walk.filter((name) => [...expected, ...later].includes(name))).toEqual([
    ...expected,
    ...later,
  ])
})

test('every field has a name, results are announced, and one heading leads to the next', async () => {
  const unnamed = await page.locator('input, select, textarea, button').evaluateAll((fields) =>
    fields
      .filter((field) => {
        const { labels } = field as HTMLInputElement
        return (labels?.length ?? 0) === 0 && !field.textContent && !field.ariaLabel
      })
      .map((field) => field.outerHTML),
  )
  expect(unnamed).toEqual([])
  expect(await page.getByRole('status').count()).toBe(7)
  const levels = await page
    .locator('h1, h2, h3')
    .evaluateAll((headings) => headings.map((heading) => heading.tagName))
  expect(levels[0]).toBe('H1')
  expect(levels.filter((level) => level === 'H1')).toHaveLength(1)
})

test('an issuer that has stopped is told, and its return as well', async () => {
  await page.route('**/_test/state*', (route) => route.abort())
  await page.locator('#connection').filter({ hasText: 'does not answer' }).waitFor()
  await page.unroute('**/_test/state*')
  await page.locator('#connection').filter({ hasText: /^$/ }).waitFor({ state: 'hidden' })
})

test('on a phone, nothing is wider than the screen, and fields are large enough for a finger', async () => {
  const small = await open(browser, command.link, phone)
  const { page: narrow } = small
  await narrow.locator('#keys li').first().waitFor()
  await narrow.getByLabel('Subject (sub)').fill('x'.repeat(300))
  await narrow.getByRole('button', { name: 'Add a claim' }).click()
  await narrow.getByLabel('Claim', { exact: true }).fill('y'.repeat(300))
  await narrow.getByRole('button', { name: 'Mint' }).click()
  await narrow.locator('#decoded pre').first().waitFor()
  await narrow.getByLabel('URL on this machine').fill(`${api.url}/hostile`)
  await narrow.getByRole('button', { name: 'Call', exact: true }).click()
  await narrow.locator('#answer h3').first().waitFor()
  await narrow.getByRole('button', { name: 'Break', exact: true }).click()
  await fetch(`${issuer.url}/${'z'.repeat(300)}`)
  await narrow.locator('#log li').first().waitFor()
  const sizes = await narrow.evaluate(() => ({
    page: document.documentElement.scrollWidth,
    low: Array.from(document.querySelectorAll('button, select, input'))
      .map(
        (field) => [field.id || field.textContent, field.getBoundingClientRect().height] as const,
      )
      .filter(([, height]) => height > 0 && height < 40)
      .map(([name]) => name),
  }))
  expect(sizes.page).toBe(390)
  // Their labels can be touched as well.
  expect(sizes.low.filter((name) => name !== '' && name !== 'with-token')).toEqual([])
  expect(small.errors).toEqual([])
  await small.context.close()
})
