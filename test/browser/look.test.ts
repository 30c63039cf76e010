import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startApi } from './api.ts'
import { findFaint } from './contrast.ts'
import type { RunningCommand } from './stage.ts'
import { open, phone, startBrowser, startIssuer, wide } from './stage.ts'

let browser: Browser
let command: RunningCommand
let api: Awaited<ReturnType<typeof startApi>>

beforeAll(async () => {
  ;[browser, command] = await Promise.all([startBrowser(), startIssuer('--host', '0.0.0.0')])
  const { ISSUER = '', AUDIENCE = '' } = command.variables
  api = await startApi(ISSUER, AUDIENCE)
})
afterAll(async () => {
  await browser?.close()
  await command?.stop()
  await api?.close()
})

/** Does on the page what shows all of it. */
async function useEverything(page: Page): Promise<void> {
  await page.locator('#keys li').first().waitFor()
  await page.getByRole('button', { name: 'Add a claim' }).click()
  await page.getByLabel('What is wrong with it').selectOption('expired')
  await page.getByRole('button', { name: 'Mint' }).click()
  await page.locator('#decoded pre').first().waitFor()
  await page.getByLabel('URL on this machine').fill(`${api.url}/orders`)
  await page.getByRole('button', { name: 'Call', exact: true }).click()
  await page.locator('#answer h3').first().waitFor()
  await page.getByRole('button', { name: 'Rotate', exact: true }).click()
  await page.getByLabel('Where').selectOption('login page')
  await page.getByLabel('How often').fill('0.5')
  await page.getByRole('button', { name: 'Break', exact: true }).click()
  await page.locator('#faults li').first().waitFor()
  await page.getByRole('button', { name: 'Copy the token' }).click()
  await page.evaluate(() => fetch('/jwks'))
  await page.locator('#log li').first().waitFor()
}

const looks = [
  ['light', 'a phone', phone],
  ['light', 'a wide screen', wide],
  ['dark', 'a phone', phone],
  ['dark', 'a wide screen', wide],
] as const

describe.each(looks)('in %s, on %s', (colorScheme, _, screen) => {
  const width = screen.viewport.width

  async function expectGoodLook(page: Page): Promise<void> {
    expect(await findFaint(page)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    const ground = await page.evaluate(() => getComputedStyle(document.documentElement))
    expect(ground).toBeDefined()
  }

  test('the page is easy to read, and nothing is wider than the screen', async () => {
    const { page, context, errors } = await open(browser, command.link, { colorScheme, ...screen })
    await useEverything(page)
    await expectGoodLook(page)
    await page.getByLabel('What is wrong with it').selectOption('Nothing: a good token')
    await page.getByRole('radio', { name: 'as JSON' }).check()
    await expectGoodLook(page)
    expect(errors).toEqual([])
    await context.close()
  })

  test('the page that wants the token is easy to read, too', async () => {
    const { page, context } = await open(browser, new URL(command.link).origin, {
      colorScheme,
      ...screen,
    })
    await page.getByLabel('Control token').waitFor()
    await expectGoodLook(page)
    await context.close()
  })

  test('the ground has the brightness of the scheme', async () => {
    const { page, context } = await open(browser, command.link, { colorScheme, ...screen })
    const colour = await page.evaluate(
      () => getComputedStyle(document.documentElement).backgroundColor,
    )
    const [red = 0] = (colour.match(/\d+/g) ?? []).map(Number)
    expect(red > 128).toBe(colorScheme === 'light')
    await context.close()
  })
})

test('nothing moves for whoever wants no motion', async () => {
  const { page, context } = await open(browser, command.link, { reducedMotion: 'reduce' })
  const durations = await page
    .locator('button')
    .evaluateAll((buttons) => buttons.map((button) => getComputedStyle(button).transitionDuration))
  expect(new Set(durations)).toEqual(new Set(['0s']))
  await context.close()
})

test('what is faint is found', async () => {
  const { page, context } = await open(browser, command.link)
  await page.locator('#keys li').first().waitFor()
  await page
    .locator('.hint')
    .first()
    .evaluate((hint) => {
      hint.style.color = 'rgb(180, 180, 180)'
    })
  expect((await findFaint(page)).map(({ what }) => what)).toEqual([
    expect.stringMatching(/^text of P/),
  ])
  await context.close()
})
