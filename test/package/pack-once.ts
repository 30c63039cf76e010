import type { TestProject } from 'vitest/node'
import type { Packed } from './project.ts'
import { pack } from './project.ts'

declare module 'vitest' {
  interface ProvidedContext {
    packed: Packed
  }
}

/** Packs the package once for all files that test what is packed, before the first of them runs. */
export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { remove, ...packed } = await pack()
  provide('packed', packed)
  return remove
}
