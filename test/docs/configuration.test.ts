import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationPage } from './configuration.ts'
import { outagePicture } from './outage-picture.ts'

const root = join(import.meta.dirname, '..', '..')

describe('pages that npm run docs writes', () => {
  it.each([
    ['docs/configuration.md, of the types and docstrings of all options', configurationPage],
    ['docs/outages.svg', outagePicture],
  ])('%s is as it is made now', (what, make) => {
    const [path = ''] = what.split(',')
    expect(readFileSync(join(root, path), 'utf8')).toBe(make())
  })
})
