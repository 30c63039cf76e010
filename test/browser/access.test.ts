import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningCommand } from './stage.ts'
import { open, startBrowser, startIssuer } from './stage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

describe('where other machines can reach the issuer', () => {
  let command: RunningCommand
  beforeAll(async () => {
    command = await startIssuer('--host', '0.0.0.0', '--url', 'http://issuer:4000')
  })
  afterAll(() => command?.stop())

  test('the printed link opens the page, which mints with the token of the link', async () => {
    expect(command.link).toMatch(/^http:\/\/localhost:\d+\/\?token=[\w-]{32}$/)
    const { page, context, errors } = await open(browser, command.link)
    await page.getByRole('button', { name: 'Mint' }).click()
    await page.locator('#mint-status').filter({ hasText: 'Minted' }).waitFor()
    const token = await page.getByLabel('Token', { exact: true }).inputValue()
    expect(decodeJwt(token).iss).toBe('http://issuer:4000')
    expect(errors).toEqual([])
    await context.close()
  })

  test('without the token, the page wants it, and takes it', async () => {
    const { page, context } = await open(browser, new URL(command.link).origin)
    expect(await page.getByRole('button', { name: 'Mint' }).count()).toBe(0)
    await page.getByLabel('Control token').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByText('This token is wrong.').waitFor()
    await page
      .getByLabel('Control token')
      .fill(command.variables['TOLLGATE_CONTROL_TOKEN'] as string)
    await page.getByRole('button', { name: 'Open the page' }).click()
    await page.locator('#keys li').first().waitFor()
    await context.close()
  })
})

describe('a page of another port of this machine', () => {
  let command: RunningCommand
  let foreign: string
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>foreign</title><body></body>')
  })
  beforeAll(async () => {
    command = await startIssuer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    foreign = `http://localhost:${(server.address() as AddressInfo).port}/`
  })
  afterAll(async () => {
    await command?.stop()
    server.close()
  })

  test('it can neither mint nor read nor break, and no request of it has an effect', async () => {
    const control = `${new URL(command.link).origin}/_test`
    const { page, context } = await open(browser, foreign)
    const outcomes = await page.evaluate(async (base) => {
      const tries: [string, RequestInit][] = [
        ['/mint', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }],
        ['/mint', { method: 'POST', mode: 'no-cors', body: '{}' }],
        ['/keys/rotate', { method: 'POST', mode: 'no-cors', body: '{}' }],
        ['/reset', { method: 'POST', mode: 'no-cors' }],
        ['/keys', {}],
        ['/keys', { mode: 'no-cors' }],
        ['/state', {}],
        ['/faults', { method: 'DELETE' }],
      ]
      return Promise.all(
        tries.map(([path, init]) =>
          fetch(`${base}${path}`, init).then(
            (response) => `${response.type} ${response.status}`,
            () => 'failed',
          ),
        ),
      )
    }, control)
    expect(outcomes.filter((outcome) => !/^(failed|opaque 0)$/.test(outcome))).toEqual([])
    const keys = await (await fetch(`${control}/state`)).json()
    expect(keys.keys).toHaveLength(1)
    await context.close()
  })

  test('it cannot show the page in a frame', async () => {
    const { page, context, errors } = await open(browser, foreign)
    await page.evaluate((link) => {
      const frame = document.createElement('iframe')
      frame.src = link
      document.body.append(frame)
      return new Promise((resolve) => frame.addEventListener('load', resolve))
    }, command.link)
    const [, frame] = page.frames()
    expect(await frame?.locator('#mint').count()).toBe(0)
    expect(errors.join()).toMatch(/frame/i)
    await context.close()
  })
})
