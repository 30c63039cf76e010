import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')

/** The folders of pages that have a section of their own in llms.txt, and its heading. */
const sections: Readonly<Record<string, string>> = {
  'docs/recipes': 'Recipes',
  'docs/life': 'The life of an issuer',
  'docs/issuers': 'Issuers',
  'docs/migrate': 'Moving from another library',
}

/**
 * llms.txt in the form of llmstxt.org: what the project is, and a list of all its pages, from which a
 * language model takes those that it needs. It is made of the README and the headings of the pages.
 */
export function llmsText(): string {
  const readme = read('README.md')
  const summary = /^# .+\n\n([\s\S]+?)\n\n/.exec(readme)?.[1]?.replaceAll('\n', ' ') ?? ''
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`)
    .sort()
  const inSection = (folder: string): string[] =>
    pages.filter((page) => page.slice(0, page.lastIndexOf('/')) === folder)
  return [
    '# tollgate',
    `> ${summary}`,
    'Durations are numbers of seconds. The entry of every framework has `createAuth`, `requireAuth` and `getAuth`; what a configuration has wrong is a TypeError at construction that says how to fix it. Keys, tokens and clocks of tests come from `tollgate/testing`: nothing is mocked.',
    listed('Documentation', ['README.md', ...inSection('docs')]),
    ...Object.entries(sections).map(([folder, heading]) => listed(heading, inSection(folder))),
    listed('Optional', ['SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md']),
  ]
    .join('\n\n')
    .concat('\n')
}

function listed(heading: string, pages: readonly string[]): string {
  const lines = pages.map((page) => `- [${/^# (.+)$/m.exec(read(page))?.[1]}](${page})`)
  return [`## ${heading}\n`, ...lines].join('\n')
}

function read(page: string): string {
  return readFileSync(join(root, page), 'utf8')
}
