import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { jestReport, junitReport, mochaReport } from '../runners/reports.ts'
import { runs } from '../runners/runs.ts'
import { manifest, read, root } from './project.ts'

const home = join(root, 'test', 'runners')
const projects = readdirSync(home, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^[^/]+\/package\.json$/.test(path))
  .map(dirname)

test('every project in test/runners is run, by every script of it that tests', async () => {
  const scripts = projects.map(async (project) =>
    Object.keys((await manifest(join(home, project))).scripts).map((script) => [project, script]),
  )
  expect(runs.map(({ project, script }) => [project, script]).sort()).toEqual(
    (await Promise.all(scripts)).flat().sort(),
  )
})

describe.each(projects)('the lock file of test/runners/%s', (project) => {
  const lockFile = async () => JSON.parse(await read(home, project, 'package-lock.json'))

  test(`the lock file of test/runners/${project} names no registry`, async () => {
    const { packages } = await lockFile()
    const resolved = Object.values<{ resolved?: string }>(packages).map((one) => one.resolved)
    expect(resolved.filter((from) => from !== undefined)).toEqual(['file:../tollgate.tgz'])
  })

  test(`the lock file of test/runners/${project} installs of tollgate what its package.json says, whatever was packed`, async () => {
    const { version, dependencies, ...own } = await manifest()
    const locked = (await lockFile()).packages['node_modules/tollgate']
    expect(locked).toMatchObject({ version, dependencies })
    expect(locked.peerDependencies).toEqual(own.peerDependencies)
    expect(locked).not.toHaveProperty('integrity')
  })

  test(`the lock file of test/runners/${project} holds the packages that its package.json asks for`, async () => {
    const asked: Record<string, unknown> = JSON.parse(await read(home, project, 'package.json'))
    expect((await lockFile()).packages['']).toMatchObject({
      dependencies: asked['dependencies'],
      devDependencies: asked['devDependencies'],
    })
  })
})

test('the app of Next.js has the route handlers of the recipe', async () => {
  const recipe = await read(root, 'examples/recipes/next/route.ts')
  expect(await read(home, 'next', 'app/orders/[id]/route.ts')).toBe(
    recipe.replace("'./auth.ts'", "'../../../lib/auth'"),
  )
})

describe('the reports of test runners', () => {
  test('of a report of Jest, neither a failed test nor a skipped one passed', () => {
    const statuses = ['passed', 'failed', 'pending', 'todo', 'passed']
    const assertionResults = statuses.map((status, index) => ({ fullName: `${index}`, status }))
    const report = { testResults: [{ assertionResults }, { assertionResults: [] }] }
    expect(jestReport(JSON.stringify(report))).toEqual({ tests: 5, failed: ['1', '2', '3'] })
  })

  test('of a report of Mocha, neither a failed test nor a pending one passed', () => {
    const named = (...titles: string[]) => titles.map((fullTitle) => ({ fullTitle }))
    const report = { tests: named('a', 'b', 'c'), failures: named('b'), pending: named('c') }
    expect(mochaReport(JSON.stringify(report))).toEqual({ tests: 3, failed: ['b', 'c'] })
  })

  test('of JUnit XML, neither a failed test nor a skipped one nor one with an error passed', () => {
    const report = `<?xml version="1.0"?>
      <testsuites>
        <testcase name="a -> b" time="1"/>
        <testsuite name="some">
          <testcase name="passed" time="1"></testcase>
          <testcase name="printed" time="1"><system-out>failure</system-out></testcase>
          <testcase name="failed" time="1"><failure message="no"/></testcase>
          <testcase name="broken" time="1">
            <error>no</error>
          </testcase>
          <testcase name="left out" time="1"><skipped/></testcase>
        </testsuite>
      </testsuites>`
    expect(junitReport(report)).toEqual({
      tests: 6,
      failed: ['failed', 'broken', 'left out'],
    })
  })
})
