import { adaptedDoors, doors } from './doors/all.ts'
import { describeDoor } from './doors/behaviours.ts'

for (const door of [...doors, ...adaptedDoors]) describeDoor(door)
