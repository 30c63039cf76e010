/** An element of the page that is surely there. */
export function byId<E extends HTMLElement>(id: string, type: new () => E): E {
  const found = document.getElementById(id)
  if (found instanceof type) return found
  throw new Error(`there is no ${id}`)
}

/** A new element. Its content is text, whatever the text looks like, or other elements. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  content: string | readonly Node[] = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (typeof content === 'string') element.textContent = content
  else element.append(...content)
  for (const [attribute, value] of Object.entries(attributes)) {
    element.setAttribute(attribute, value)
  }
  return element
}

export function makeButton(text: string, run: () => void, label: string = text): HTMLButtonElement {
  const button = make('button', text, { type: 'button' })
  if (label !== text) button.setAttribute('aria-label', label)
  button.addEventListener('click', run)
  return button
}

/** A row of a list of descriptions. */
export function makeRow(name: string, content: string | readonly Node[]): HTMLDivElement {
  return make('div', [make('dt', name), make('dd', content)])
}

export type Tone = 'good' | 'bad' | 'plain'

/** Shows how something went. Whoever cannot see it hears it. */
export function say(id: string, text: string, tone: Tone): void {
  const status = byId(id, HTMLElement)
  status.textContent = text
  status.classList.remove('good', 'bad', 'plain')
  status.classList.add(tone)
}

/** Runs something that may fail, and shows in the status what it says, or why it failed. */
export async function attempt(
  status: string,
  run: () => Promise<string>,
  tone: Tone = 'good',
): Promise<void> {
  // What was said before is no answer to this, and the same words again would not be noticed.
  say(status, '', tone)
  try {
    say(status, await run(), tone)
  } catch (error) {
    say(status, (error as Error).message, 'bad')
  }
}
