import type { KeyState } from '../../../../testing/control/protocol.ts'
import { ask } from './control.ts'
import { attempt, byId, make, makeButton } from './elements.ts'
import { createList, onState, refresh } from './refresh.ts'

export function startKeys(): void {
  const show = createList<KeyState>('keys', 'keys-title', toItem)
  onState(({ keys }) => show(keys))
  byId('rotate', HTMLButtonElement).addEventListener('click', () => rotate({}))
  byId('replace', HTMLButtonElement).addEventListener('click', () => rotate({ overlap: false }))
}

function rotate(options: object): void {
  void attempt('keys-status', async () => {
    const { kid } = await ask<{ kid: string }>('POST', '/keys/rotate', options)
    await refresh()
    return `The key ${kid} signs from now on.`
  })
}

function toItem({ kid, alg, published, signs }: KeyState): HTMLElement {
  const change = published ? 'retire' : 'publish'
  const button = makeButton(
    published ? 'Retire' : 'Publish',
    () =>
      void attempt('keys-status', async () => {
        await ask('POST', `/keys/${change}`, { kid })
        await refresh()
        return published ? `The key ${kid} is no longer published.` : `The key ${kid} is published.`
      }),
    `${published ? 'Retire' : 'Publish'} the key ${kid}`,
  )
  const state = [signs ? 'signs' : '', published ? 'published' : 'not published']
  return make('li', [
    make('span', [make('code', kid), make('span', ` ${alg}`)]),
    make('span', state.filter(Boolean).join(', '), { class: signs ? 'good badge' : 'badge' }),
    button,
  ])
}
