/** Opens one app, in a process of its own. */
import { perform } from '../program.ts'
import { openApp } from './apps/open.ts'

await perform(openApp)
