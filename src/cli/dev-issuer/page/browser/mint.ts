import type { ClaimRow } from './claims.ts'
import { claimsOf, fieldsOf, readClaims } from './claims.ts'
import { ask } from './control.ts'
import { attempt, byId, make, makeButton } from './elements.ts'
import { showToken } from './token.ts'

const form = byId('mint', HTMLFormElement)
const rows = byId('claims', HTMLElement)
const json = byId('json', HTMLTextAreaElement)
const input = (id: string): HTMLInputElement => byId(id, HTMLInputElement)
const chosen = (id: string): string => byId(id, HTMLSelectElement).value

export function startMinting(): void {
  byId('add-claim', HTMLButtonElement).addEventListener('click', () => addRow()?.focus())
  byId('fault', HTMLSelectElement).addEventListener('change', showOptions)
  // A browser keeps what was chosen when the page is loaded again.
  showOptions()
  for (const radio of form.querySelectorAll<HTMLInputElement>('[name=mode]')) {
    radio.addEventListener('change', () => void attempt('mint-status', async () => changeMode()))
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void attempt('mint-status', mint)
  })
}

/** A wrong token is wrong in one way, and has the other options of its own. */
function showOptions(): void {
  byId('of-good-tokens', HTMLElement).hidden = chosen('fault') !== ''
}

async function mint(): Promise<string> {
  const bad = chosen('fault')
  const claims = isJson() ? readClaims(json.value) : claimsOf(readFields())
  const { token } = await ask<{ token: string }>('POST', '/mint', {
    claims,
    ...(bad === '' ? optionsOfGoodTokens() : { bad }),
  })
  showToken(token)
  return bad === '' ? 'Minted a good token.' : 'Minted a token that APIs must refuse.'
}

function optionsOfGoodTokens(): object {
  const [shape, caller, expiresIn] = [chosen('shape'), chosen('caller'), input('expires-in').value]
  if (expiresIn !== '' && !(Number(expiresIn) >= 0)) throw new Error('“Expires in” is no number.')
  return {
    ...(expiresIn !== '' && { expiresIn: Number(expiresIn) * Number(chosen('unit')) }),
    ...(shape !== '' && { shape }),
    ...(caller !== '' && { machine: caller === 'machine' }),
  }
}

function isJson(): boolean {
  return form.querySelector<HTMLInputElement>('[name=mode]:checked')?.value === 'json'
}

/** Takes the claims along, so that nothing is lost that was written. */
function changeMode(): string {
  const toJson = isJson()
  try {
    if (toJson) json.value = JSON.stringify(claimsOf(readFields()), null, 2)
    else showFields(readClaims(json.value))
  } catch (error) {
    const back = form.querySelector<HTMLInputElement>(`[value=${toJson ? 'fields' : 'json'}]`)
    if (back) back.checked = true
    throw error
  }
  byId('as-fields', HTMLElement).hidden = toJson
  byId('as-json', HTMLElement).hidden = !toJson
  return ''
}

function readFields() {
  const values = Array.from(rows.children, (row): ClaimRow => {
    const [name, value] = row.querySelectorAll('input')
    const isJson = row.querySelector('select')?.value === 'json'
    return { name: name?.value ?? '', value: value?.value ?? '', isJson }
  })
  return {
    sub: input('sub').value,
    scope: input('scope').value,
    aud: input('aud').value,
    rows: values,
  }
}

function showFields(claims: Record<string, unknown>): void {
  const fields = fieldsOf(claims)
  input('sub').value = fields.sub
  input('scope').value = fields.scope
  input('aud').value = fields.aud
  rows.replaceChildren()
  for (const row of fields.rows) addRow(row)
}

let lastRow = 0

/** Adds the fields of one claim, and returns that of its name. */
function addRow({ name, value, isJson }: ClaimRow = { name: '', value: '', isJson: false }) {
  lastRow += 1
  const number = lastRow
  const off = { autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' }
  const nameField = make('input', '', { id: `claim-name-${number}`, ...off })
  const valueField = make('input', '', { id: `claim-value-${number}`, ...off })
  const type = make(
    'select',
    [make('option', 'text', { value: 'text' }), make('option', 'JSON', { value: 'json' })],
    { id: `claim-type-${number}` },
  )
  nameField.value = name
  valueField.value = value
  type.value = isJson ? 'json' : 'text'
  const remove = makeButton(
    'Remove',
    () => {
      row.remove()
      byId('add-claim', HTMLButtonElement).focus()
    },
    `Remove claim ${number}`,
  )
  const row = make(
    'div',
    [
      labelled(nameField, 'Claim'),
      labelled(valueField, 'Value'),
      labelled(type, 'Type', 'field narrow'),
      remove,
    ],
    { class: 'row claim', role: 'group', 'aria-label': `Claim ${number}` },
  )
  rows.append(row)
  return nameField
}

function labelled(field: HTMLElement, text: string, className = 'field'): HTMLElement {
  return make('div', [make('label', text, { for: field.id }), field], { class: className })
}
