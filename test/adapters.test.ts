import { adapters, serverlessAdapters } from './adapters/all.ts'
import { describeAdapter } from './adapters/behaviours.ts'

for (const adapter of [...adapters, ...serverlessAdapters]) describeAdapter(adapter)
