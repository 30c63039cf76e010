/** What `doors/all.ts` is in a bundle that has to do without Node's servers. */
import type { Door } from '../../doors/door.ts'
import { portableDoors } from '../../doors/portable.ts'

export const doors: readonly Door[] = portableDoors
export const adaptedDoors: readonly Door[] = []
