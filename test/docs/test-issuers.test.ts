import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IssuerShape, TestIssuer } from 'tollgate/testing'
import { createTestIssuer } from 'tollgate/testing'
import { expect, it } from 'vitest'
import { shapes } from '../../src/testing/shapes/shapes.ts'
import { signingBy } from '../keys.ts'

const { keys } = signingBy('RS256')

function mints(issuer: TestIssuer, machine: boolean): boolean {
  try {
    return issuer.mint({}, { machine }) !== ''
  } catch {
    return false
  }
}

it('docs/test-issuers.md has a row for every shape, with what it is by default', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/test-issuers.md'), 'utf8')
  const listed = page.split('\n').filter((line) => /^\| `/.test(line))
  const real = Object.keys(shapes).map((shape) => {
    const issuer = createTestIssuer({ shape: shape as IssuerShape, keys })
    const kinds = [
      ...(mints(issuer, false) ? ['people'] : []),
      ...(mints(issuer, true) ? ['machines'] : []),
    ]
    return `| \`${shape}\` | \`${issuer.url}\` | \`${issuer.audience}\` | ${kinds.join(', ')} |`
  })
  expect(listed.toSorted()).toEqual(real.toSorted())
})
