import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { commands } from '../../src/cli/commands.ts'
import { exitCodes } from '../../src/cli/failure.ts'

const page = readFileSync(`${import.meta.dirname}/../../docs/command-line.md`, 'utf8')

describe('docs/command-line.md', () => {
  test.each(commands)('it has the help of $name, word for word', ({ name, help }) => {
    expect(page).toContain(`\`\`\`console\n$ npx tollgate ${name} --help\n${help}\n\`\`\`\n`)
  })

  test('its examples name commands and flags that exist', () => {
    const lines = Array.from(page.matchAll(/\btollgate ([a-z]+)((?: [^\n|`)']+)?)/g))
    expect(lines.length).toBeGreaterThan(10)
    for (const [line, name, rest = ''] of lines) {
      const command = commands.find((one) => one.name === name)
      expect(command, line).toBeDefined()
      const [own = ''] = rest.split(' -- ')
      for (const [, flag = ''] of own.matchAll(/ --([a-z][a-z-]*)/g)) {
        expect([...Object.keys(command?.flags ?? {}), 'help'], line).toContain(flag)
      }
    }
  })

  test('its table of exit codes is that of the commands', () => {
    const rows = Array.from(page.matchAll(/^\| (\d) \| /gm), ([, code]) => Number(code))
    expect(rows).toEqual(Object.values(exitCodes))
  })
})
