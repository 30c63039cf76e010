import { byId, make, makeRow } from './elements.ts'

const field = byId('token', HTMLTextAreaElement)
const decoded = byId('decoded', HTMLElement)

/** The token on the page: one that was minted, or one that somebody has pasted. */
export function token(): string {
  return field.value.trim()
}

export function showToken(text: string): void {
  field.value = text
  decode()
}

export function startToken(): void {
  field.addEventListener('input', decode)
}

function decode(): void {
  decoded.replaceChildren(...(token() === '' ? [] : partsOf(token())))
}

function partsOf(text: string): HTMLElement[] {
  const [header, payload] = text.split('.', 2).map(readPart)
  if (header === undefined) return [makeRow('This is', 'no JWT')]
  return [
    makeRow('Header', [make('pre', JSON.stringify(header, null, 2))]),
    makeRow('Claims', [make('pre', JSON.stringify(payload, null, 2) ?? 'no JSON')]),
    ...timesOf(payload),
  ]
}

function readPart(part: string): unknown {
  try {
    const bytes = atob(part.replaceAll('-', '+').replaceAll('_', '/'))
    const text = new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const names = { iat: 'Issued', nbf: 'Valid from', exp: 'Valid until' } as const

function timesOf(payload: unknown): HTMLElement[] {
  const claims = (payload ?? {}) as Readonly<Record<string, unknown>>
  return Object.entries(names).flatMap(([claim, name]) => {
    const time = new Date(Number(claims[claim]) * 1000)
    if (typeof claims[claim] !== 'number' || Number.isNaN(time.getTime())) return []
    const text = time.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
    const isOver = claim === 'exp' && time.getTime() < Date.now()
    return [makeRow(name, `${text}${isOver ? ': it has expired' : ''}`)]
  })
}
