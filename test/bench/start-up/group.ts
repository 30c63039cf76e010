import { inTurn } from '../pace.ts'
import { run as runProgram } from '../process.ts'
import { digits, whole } from '../report/numbers.ts'
import { median } from '../report/statistics.ts'
import { table } from '../report/table.ts'
import type { Group } from '../run.ts'
import { filesOfJose, measureBytes } from './bytes.ts'
import type { ImportTime, Order } from './import-time.ts'

const frameworks: Readonly<Record<string, string | undefined>> = {
  tollgate: undefined,
  'tollgate/express': 'express',
  'tollgate/koa': 'koa',
  'tollgate/fastify': 'fastify',
  'tollgate/hono': 'hono',
  'tollgate/node': 'node:http',
  'tollgate/fetch': undefined,
  jose: undefined,
  'express-oauth2-jwt-bearer': 'express',
}

export const group: Group = async ({ nodes, pace }) => {
  console.error('start-up')
  const found = Object.entries(frameworks).flatMap(([adapter, framework]) =>
    nodes.map((node) => ({ adapter, framework, node, took: [] as ImportTime[] })),
  )
  for (let again = 0; again < pace.starts; again++) {
    for (const { adapter, framework, node, took } of inTurn(found)) {
      const order: Order = { adapter, framework }
      took.push(await runProgram<ImportTime>('import-time', order, { node }))
    }
  }
  const rows = Object.keys(frameworks).map(async (adapter) => {
    const { minified, jose, joseFiles } = await measureBytes(adapter)
    return [
      adapter,
      ...found
        .filter((one) => one.adapter === adapter)
        .map(({ took }) =>
          (['framework', 'adapter'] as const)
            .map((part) => digits(median(took.map((time) => time[part]))))
            .join(' + '),
        ),
      whole(minified),
      whole(jose),
      `${joseFiles.length} (${joseFiles.filter((file) => file.includes('jwe')).length})`,
    ]
  })
  return {
    title: 'Start-up: milliseconds to import the framework + the adapter, and bytes',
    body: [
      table(
        ['', ...nodes.map(({ name }) => name), 'minified', 'of it jose', 'files of jose (JWE)'],
        await Promise.all(rows),
      ),
      `Fresh processes, ${pace.starts} times, in turn. Minified: all that the import can reach, in one file, without the framework. Files of jose: those that Node loads with the import, of ${filesOfJose()}.`,
    ],
    goals: [],
    short: [],
  }
}
