import type { About } from '../operations.ts'
import { startCalling } from './call.ts'
import { ask } from './control.ts'
import { startCopying } from './copy.ts'
import { byId, make, say } from './elements.ts'
import { startFaults } from './faults.ts'
import { startKeys } from './keys.ts'
import { startLog } from './log.ts'
import { startMinting } from './mint.ts'
import { startRefreshing } from './refresh.ts'
import { startToken } from './token.ts'

startMinting()
startToken()
startCopying()
startCalling()
startKeys()
startFaults()
startLog()
startRefreshing()

try {
  const { issuer, audience, keysAt, shape, shapes } = await ask<About>('GET', '/about')
  const audiences = [audience].flat()
  byId('issuer', HTMLElement).textContent = issuer
  byId('audience', HTMLElement).textContent = audiences.join(' ')
  byId('keys-at', HTMLElement).textContent = keysAt
  byId('shape-name', HTMLElement).textContent = shape
  byId('aud', HTMLInputElement).placeholder = audiences[0] ?? ''
  byId('shape', HTMLSelectElement).append(...shapes.map((name) => make('option', name)))
} catch (error) {
  say('connection', (error as Error).message, 'bad')
}
