import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { inject } from 'vitest'

/** Debian's Chromium. Where it is missing, the tests fail. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** The command line in a process of its own, as a user starts it. */
export interface RunningCommand {
  readonly variables: Readonly<Record<string, string>>
  /** The link to the page, as it is printed. */
  readonly link: string
  stop(): Promise<void>
}

export async function startIssuer(...flags: readonly string[]): Promise<RunningCommand> {
  const args = [inject('commandLine'), 'issuer', '--port', '0', ...flags]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, notes] = ['', '']
  child.stdout.on('data', (part) => {
    output += part
  })
  child.stderr.on('data', (part) => {
    notes += part
  })
  while (!/^TOKEN=\S+\n/m.test(output) || !/Ctrl-C/.test(notes)) {
    if (child.exitCode !== null) throw new Error(notes)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const lines = output.trim().split('\n')
  return {
    variables: Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))),
    link: /page to try tokens on: (\S+)/.exec(notes)?.[1] ?? '',
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A page in a context of its own, and what went wrong in it. */
export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  /** Errors of scripts, and what the content security policy has refused. Answers of 400 are none. */
  readonly errors: readonly string[]
}

export async function open(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    const isAnswer = message.text().startsWith('Failed to load resource')
    if (message.type() === 'error' && !isAnswer) errors.push(message.text())
  })
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  await page.goto(url)
  return { page, context, errors }
}

export const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }
export const wide = { viewport: { width: 1280, height: 900 } }

/** The text that is seen: nothing that is hidden, and with the lines as they are. */
export async function seenText(locator: Locator): Promise<string> {
  return (await locator.allInnerTexts()).join('\n')
}
