import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, inject, test } from 'vitest'
import { compile, read, runnerEntry, unpack } from './project.ts'

const run = promisify(execFile)
const packed = inject('packed')
let project: string

/** A test file of an application, which is also compiled. */
const appTest = `import { createAuth } from 'tollgate/fetch'
import { expect, test } from 'tollgate/${runnerEntry}'

test.override({ issuerOptions: { audience: 'https://orders.test' } })

test('orders', async ({ issuer }) => {
  const { guard } = createAuth(issuer.trust())
  const handler = guard(() => new Response('[]'), { scope: 'a' })
  const answer = (headers: Record<string, string> = {}) =>
    handler(new Request('https://orders.test/', { headers }))
  expect(await answer()).toBeUnauthorized({ error: null })
  expect(await answer(issuer.headers())).toBeForbidden({ scope: 'a' })
  expect(await answer(issuer.headers({ scope: 'a' }))).toBeAuthorized()
  expect(issuer.mint()).toBeJwt({ claims: { aud: 'https://orders.test' } })
})

test('fails', async () => {
  expect(new Response('[]')).toBeUnauthorized()
})
`

beforeAll(async () => {
  const packages = ['vitest', '@types/node', 'typescript']
  project = await unpack(packed, Object.fromEntries(packages.map((name) => [name, name])))
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }))
  await writeFile(join(project, 'app.test.ts'), appTest)
}, 180_000)

test('a project that has Vitest gets the matchers and the fixtures from the entry for it', async () => {
  const vitest = join(project, 'node_modules', 'vitest', 'vitest.mjs')
  const command = [vitest, 'run', '--reporter=json', '--outputFile=report.json']
  const failure = await run(process.execPath, command, { cwd: project }).catch((error) => error)
  expect(failure.stdout).toContain('JSON report written')
  const report = JSON.parse(await read(project, 'report.json'))
  const [orders, fails] = report.testResults[0].assertionResults
  expect(orders).toMatchObject({ title: 'orders', status: 'passed' })
  expect(fails).toMatchObject({ title: 'fails', status: 'failed' })
  expect(fails.failureMessages[0]).toContain(
    'tollgate: this answer is not what toBeUnauthorized() expects\n  expected: status 401\n  came:     status 200\n',
  )
})

test('TypeScript knows the matchers and the fixtures in such a project', async () => {
  const options = {
    target: 'es2022',
    lib: ['es2022', 'dom', 'esnext.disposable'],
    module: 'nodenext',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  }
  const config = { compilerOptions: options, files: ['app.test.ts'] }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify(config))
  for (const compiler of ['typescript', 'typescript5'] as const) {
    expect((await compile(project, compiler)).complaints, compiler).toEqual([])
  }
  await writeFile(
    join(project, 'app.test.ts'),
    appTest.replace("toBeForbidden({ scope: 'a' })", "toBeForbidden({ scopes: 'a' })"),
  )
  expect((await compile(project, 'typescript')).complaints.join()).toContain("'scopes'")
})
