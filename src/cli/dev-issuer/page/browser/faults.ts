import type { FaultState } from '../../../../testing/control/protocol.ts'
import { ask } from './control.ts'
import { attempt, byId, make, makeButton } from './elements.ts'
import { createList, onState, refresh } from './refresh.ts'

const breaks = byId('breaks', HTMLSelectElement)
const endpoint = byId('endpoint', HTMLSelectElement)
const number = byId('number', HTMLInputElement)

export function startFaults(): void {
  const show = createList<FaultState>('faults', 'faults-title', toItem)
  onState(({ faults }) => show(faults))
  breaks.addEventListener('change', choose)
  choose()
  byId('break', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault()
    void attempt('faults-status', breakIt, 'plain')
  })
}

/** Shows what the chosen fault needs, at an endpoint that can have it. */
function choose(): void {
  const option = breaks.selectedOptions[0]
  const { number: standard, label = '' } = option?.dataset ?? {}
  byId('number-field', HTMLElement).hidden = standard === undefined
  byId('number-label', HTMLElement).textContent = label
  number.value = standard ?? ''
  const { endpoint: fitting } = option?.parentElement?.dataset ?? {}
  if (fitting !== undefined) endpoint.value = fitting
}

async function breakIt(): Promise<string> {
  const { number: isAsked, text, type } = breaks.selectedOptions[0]?.dataset ?? {}
  const times = byId('times', HTMLInputElement).value
  if (isAsked !== undefined && number.value === '') throw new Error('The number is missing.')
  const args = isAsked === undefined ? [text, type].filter(Boolean) : [Number(number.value)]
  await ask('PUT', '/faults', {
    endpoint: endpoint.value,
    fault: { name: breaks.value, args },
    ...(times !== '' && { times: Number(times) }),
  })
  await refresh()
  return 'It is broken now. Repair it below.'
}

function toItem({ id, endpoint: where, name, times }: FaultState): HTMLElement {
  const place = where === '*' ? 'everywhere' : where
  const rest = times === undefined ? '' : `, ${times} more ${times === 1 ? 'time' : 'times'}`
  const repair = (): void =>
    void attempt('faults-status', async () => {
      await ask('DELETE', `/faults/${id}`)
      await refresh()
      return `Repaired: ${place} has no ${name} any more.`
    })
  return make('li', [
    make('span', [make('code', name), make('span', ` ${place}${rest}`)]),
    makeButton('Repair', repair, `Repair ${place}: ${name}`),
  ])
}
