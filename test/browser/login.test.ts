import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import type { ServedTestIssuer } from 'tollgate/testing'
import { serveTestIssuer } from 'tollgate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markup } from './api.ts'
import { findFaint } from './contrast.ts'
import { open, phone, seenText, startBrowser, wide } from './stage.ts'

let browser: Browser
let issuer: ServedTestIssuer
let callback: string
const client = createServer((_, response) => response.end('back at the client'))

beforeAll(async () => {
  browser = await startBrowser()
  issuer = await serveTestIssuer({ users: { alice: { roles: ['admin'] }, bob: {}, [markup]: {} } })
  await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve))
  callback = `http://localhost:${(client.address() as AddressInfo).port}/callback`
})
afterAll(async () => {
  await browser?.close()
  await issuer?.close()
  client.close()
})

function loginPage(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'my-app',
    redirect_uri: callback,
    scope: 'openid orders:read',
    state: 'state-1',
    ...parameters,
  })
  return `${issuer.url}/authorize?${query}`
}

describe('the login page', () => {
  test('who is picked is logged in, and sent back to the client with a code', async () => {
    const { page, context, errors } = await open(browser, loginPage())
    expect(await seenText(page.locator('main'))).toMatch(/my-app asks who you are/)
    await page.getByRole('button', { name: 'alice' }).click()
    await page.waitForURL(`${callback}**`)
    const { searchParams } = new URL(page.url())
    expect(searchParams.get('state')).toBe('state-1')
    expect(searchParams.get('code')).toBeTruthy()
    expect(errors).toEqual([])
    await context.close()
  })

  test('by keyboard, another user is typed, and Enter logs in', async () => {
    const { page, context } = await open(browser, loginPage())
    for (let steps = 0; steps < 4; steps += 1) await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('user')
    await page.keyboard.press('Control+A')
    await page.keyboard.type('carol')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${callback}**`)
    expect(new URL(page.url()).searchParams.get('code')).toBeTruthy()
    await context.close()
  })

  test('whoever cancels is sent back with access_denied', async () => {
    const { page, context } = await open(browser, loginPage())
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL(`${callback}**`)
    expect(new URL(page.url()).searchParams.get('error')).toBe('access_denied')
    await context.close()
  })

  test('text of others is text', async () => {
    const hostile = { client_id: markup, scope: markup.replaceAll(' ', '_'), login_hint: markup }
    const { page, context, errors } = await open(browser, loginPage({ ...hostile, state: markup }))
    expect(await page.locator('img, script').count()).toBe(0)
    expect(await seenText(page.locator('main'))).toContain(markup)
    expect(await page.getByLabel('Or type a user').inputValue()).toBe(markup)
    expect(errors).toEqual([])
    await context.close()
  })

  test.each([
    ['light', phone],
    ['light', wide],
    ['dark', phone],
    ['dark', wide],
  ] as const)(
    'in %s, it is easy to read, and as wide as the screen at most',
    async (colorScheme, screen) => {
      const long = { client_id: 'c'.repeat(300), scope: `openid ${'s'.repeat(300)}` }
      for (const url of [
        loginPage(),
        loginPage(long),
        `${issuer.url}/logout`,
        loginPage({ redirect_uri: 'x:y' }),
      ]) {
        const { page, context } = await open(browser, url, { colorScheme, ...screen })
        expect(await findFaint(page)).toEqual([])
        const width = await page.evaluate(() => document.documentElement.scrollWidth)
        expect(width).toBe(screen.viewport.width)
        await context.close()
      }
    },
  )

  test('what has the focus is seen', async () => {
    const { page, context } = await open(browser, loginPage())
    for (let steps = 0; steps < 6; steps += 1) {
      await page.keyboard.press('Tab')
      const outline = await page.evaluate(() => {
        const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement as Element)
        return [outlineStyle, Number.parseFloat(outlineWidth) >= 2]
      })
      expect(outline).toEqual(['solid', true])
    }
    await context.close()
  })
})
