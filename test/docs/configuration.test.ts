import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationPage } from './configuration.ts'
import { llmsText } from './llms.ts'
import { outagePicture } from './outage-picture.ts'

const root = join(import.meta.dirname, '..', '..')

describe('pages that npm run docs writes', () => {
  it.each([
    ['docs/configuration.md, of the types and docstrings of all options', configurationPage],
    ['docs/outages.svg', outagePicture],
    ['llms.txt, of the README and the headings of all pages', llmsText],
  ])('%s is as it is made now', (what, make) => {
    const [path = ''] = what.split(',')
    expect(readFileSync(join(root, path), 'utf8')).toBe(make())
  })

  it('llms.txt lists every page of docs once', () => {
    const listed = [...llmsText().matchAll(/^- \[.+\]\((docs\/\S+)\)/gm)].map(([, page]) => page)
    const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    expect(listed.toSorted()).toEqual(
      pages
        .filter((page) => page.endsWith('.md'))
        .map((page) => `docs/${page}`)
        .sort(),
    )
  })
})
