import { run } from '../process.ts'
import type { Load, LoadOrder } from './load.ts'

export const autocannon = (order: LoadOrder): Promise<Load> => run('cannon', order)
