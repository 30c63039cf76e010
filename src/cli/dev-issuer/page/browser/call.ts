import type { ApiAnswer } from '../../api/call-api.ts'
import type { ExplainedAnswer } from '../../api/explain-answer.ts'
import { ask } from './control.ts'
import { attempt, byId, make, makeRow } from './elements.ts'
import { token } from './token.ts'

type Called = ApiAnswer & ExplainedAnswer

const form = byId('call', HTMLFormElement)
const method = byId('method', HTMLSelectElement)
const bodyField = byId('body', HTMLTextAreaElement)
const answer = byId('answer', HTMLElement)

export function startCalling(): void {
  const showBodyField = (): void => {
    byId('body-field', HTMLElement).hidden = !hasBody()
  }
  method.addEventListener('change', showBodyField)
  // A browser keeps what was chosen when the page is loaded again.
  showBodyField()
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    answer.replaceChildren()
    void attempt('call-status', call, 'plain')
  })
}

function hasBody(): boolean {
  return !['GET', 'HEAD'].includes(method.value)
}

async function call(): Promise<string> {
  const sends = byId('with-token', HTMLInputElement).checked
  if (sends && token() === '') throw new Error('There is no token yet: mint one.')
  const called = await ask<Called>('POST', '/call', {
    method: method.value,
    url: byId('url', HTMLInputElement).value.trim(),
    ...(sends && { token: token() }),
    ...(hasBody() && bodyField.value.trim() !== '' && { body: bodyField.value }),
  })
  answer.replaceChildren(...partsOf(called))
  return `The API answered ${called.status} ${called.statusText}.`
}

function partsOf(called: Called): Node[] {
  return [
    make('p', [
      make('strong', `${called.status} ${called.statusText}`, {
        class: called.status < 400 ? 'good badge' : 'bad badge',
      }),
      document.createTextNode(` ${called.summary}`),
    ]),
    ...called.challenges.flatMap(({ scheme, parameters }) => [
      make('h3', `Its challenge: ${scheme}`),
      make(
        'dl',
        parameters.map(({ name, value, meaning }) =>
          makeRow(name, [make('code', value), make('p', meaning, { class: 'hint' })]),
        ),
      ),
    ]),
    ...list(
      'What the developer of the API should look for',
      called.reasons.map(({ name, hint }) => [make('code', name), text(`: ${hint}`)]),
    ),
    ...list(
      'What to look at',
      called.advice.map((one) => [text(one)]),
    ),
    details('Body', bodyOf(called), true),
    details('Headers', called.headers.map(([name, value]) => `${name}: ${value}`).join('\n')),
  ]
}

function list(title: string, items: readonly (readonly Node[])[]): Node[] {
  if (items.length === 0) return []
  return [
    make('h3', title),
    make(
      'ul',
      items.map((item) => make('li', item)),
    ),
  ]
}

function details(title: string, content: string, isOpen = false): HTMLElement {
  const shown = content === '' ? '(empty)' : content
  return make('details', [make('summary', title), make('pre', shown)], isOpen ? { open: '' } : {})
}

/** A document of JSON is indented. */
function bodyOf({ body, isCut }: Called): string {
  if (isCut) return `${body}\n(cut here)`
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}

function text(content: string): Node {
  return document.createTextNode(content)
}
