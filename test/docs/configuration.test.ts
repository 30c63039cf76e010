import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configurationPage } from './configuration.ts'

const root = join(import.meta.dirname, '..', '..')

describe('docs/configuration.md', () => {
  it('says of every option what its type and its docstring say; npm run docs writes it', () => {
    expect(readFileSync(join(root, 'docs', 'configuration.md'), 'utf8')).toBe(configurationPage())
  })
})
