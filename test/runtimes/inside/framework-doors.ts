/** What `doors/all.ts` is where frameworks listen: the ways in without a server are Node's alone, and tested there. */

import { doors as all } from '../../doors/all.ts'
import type { Door } from '../../doors/door.ts'
import { portableDoors } from '../../doors/portable.ts'

export const doors: readonly Door[] = all.filter((door) => !portableDoors.includes(door))
export const adaptedDoors: readonly Door[] = []
