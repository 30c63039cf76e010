import { attempt, byId } from './elements.ts'
import { token } from './token.ts'

const kinds = {
  token: { name: 'token', text: token },
  header: { name: 'header', text: () => `Authorization: Bearer ${token()}` },
  curl: { name: 'curl line', text: curlLine },
} as const

export function startCopying(): void {
  for (const button of document.querySelectorAll<HTMLElement>('[data-copy]')) {
    button.addEventListener('click', () => {
      void attempt('copy-status', async () => {
        const { name, text } = kinds[button.dataset['copy'] as keyof typeof kinds]
        if (token() === '') throw new Error('There is no token yet: mint one.')
        await copy(text())
        return `Copied the ${name}.`
      })
    })
  }
}

/** The request of the form below, for a shell. */
function curlLine(): string {
  const { value: method } = byId('method', HTMLSelectElement)
  const { value: url } = byId('url', HTMLInputElement)
  const { value: body } = byId('body', HTMLTextAreaElement)
  const hasBody = !['GET', 'HEAD'].includes(method) && body.trim() !== ''
  return [
    'curl -i',
    ...(method === 'GET' ? [] : [method === 'HEAD' ? '--head' : `-X ${method}`]),
    `-H ${quoted(`Authorization: Bearer ${token()}`)}`,
    ...(hasBody ? [`-H ${quoted('Content-Type: application/json')} --data ${quoted(body)}`] : []),
    quoted(url),
  ].join(' ')
}

/** In single quotes, a shell takes every character as it is. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

async function copy(text: string): Promise<void> {
  // Browsers have no clipboard for pages that are served by http on other hosts than localhost.
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text)
  const field = document.createElement('textarea')
  const focused = document.activeElement
  field.value = text
  document.body.append(field)
  field.select()
  const isCopied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  if (!isCopied) throw new Error('The browser did not let the page copy.')
}
