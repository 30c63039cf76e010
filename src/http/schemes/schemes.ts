import { bearer } from './bearer.ts'
import type { Scheme } from './scheme.ts'

/** Every scheme that is understood. A challenge names them all, in this order. */
export const schemes: readonly Scheme[] = [bearer]
