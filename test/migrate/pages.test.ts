import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const read = (...path: readonly string[]): string => readFileSync(join(root, ...path), 'utf8')
const names = readdirSync(join(root, 'examples', 'migrate'))

describe('docs/migrate', () => {
  it('every pair of examples has a page and a test, and every page is one of them', () => {
    const expected = [...names.map((name) => `${name}.md`), 'README.md']
    expect(readdirSync(join(root, 'docs', 'migrate')).toSorted()).toEqual(expected.toSorted())
    const tests = readdirSync(join(root, 'test', 'migrate'))
    expect(tests).toEqual(expect.arrayContaining(names.map((name) => `${name}.test.ts`)))
  })

  it('the README leads to the index, and the index to every page', () => {
    expect(read('README.md')).toContain('(docs/migrate/README.md)')
    const index = read('docs', 'migrate', 'README.md')
    for (const name of names) expect(index).toContain(`](${name}.md)`)
  })

  it.each(['README', ...names])('every link of %s leads to a file of the repository', (name) => {
    const page = read('docs', 'migrate', `${name}.md`)
    for (const [, to = ''] of page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(root, 'docs', 'migrate', to)), to).toBe(true)
    }
  })

  it.each(names)('the page from %s shows both apps, and says what changes for whom', (name) => {
    const page = read('docs', 'migrate', `${name}.md`)
    for (const side of ['before', 'after']) {
      expect(page).toContain(`<!-- from examples/migrate/${name}/${side}.ts -->`)
    }
    expect(page.match(/^## .*/gm)).toEqual([
      '## What changes in the code',
      '## What clients notice',
      '## What is decided differently',
      '## In tests',
    ])
  })
})
