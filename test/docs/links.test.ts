import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...docs.filter((path) => path.endsWith('.md')).map((path) => join('docs', path)),
]

/** The text of a page without its code, in which brackets are no links. */
function prose(page: string): string {
  return readFileSync(join(root, page), 'utf8')
    .replace(/```[\s\S]*?```/g, '')
    .replace(/`[^`\n]*`/g, '`')
}

/** The anchor of a heading, as GitHub makes it. */
function anchors(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '')
  return Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe('links', () => {
  it.each(pages)('every link of %s to another page or heading leads somewhere', (page) => {
    for (const [, target = ''] of prose(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      expect(existsSync(join(root, file)), `${page} links to ${target}`).toBe(true)
      if (anchor !== undefined)
        expect(anchors(file), `${page} links to ${target}`).toContain(anchor)
    }
  })

  it('every page of docs is reached from the README by links', () => {
    const seen = new Set(['README.md'])
    const open = ['README.md']
    for (let page = open.pop(); page !== undefined; page = open.pop()) {
      for (const [, target = ''] of prose(page).matchAll(/\]\(([^)\s#]+\.md)[^)]*\)/g)) {
        const file = join(dirname(page), target)
        if (/^https?:/.test(target) || seen.has(file) || !existsSync(join(root, file))) continue
        seen.add(file)
        open.push(file)
      }
    }
    expect(pages.filter((page) => !seen.has(page))).toEqual([])
  })
})
