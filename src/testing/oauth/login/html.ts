/** HTML that is escaped already. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** Makes HTML. Every text that is put in is escaped, in content and in quoted attributes. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const [first = '', ...others] = parts
  return new Html(first + others.map((part, index) => `${toText(values[index])}${part}`).join(''))
}

function toText(value: string | Html | readonly Html[] = ''): string {
  if (typeof value === 'string') return escaped(value)
  return [value].flat().reduce((text, each) => text + each.text, '')
}

const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => references[character] ?? '')
}
