import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'faq.md'), 'utf8')
const answers = text
  .split(/^### /m)
  .slice(1)
  .map((part) => {
    const [question = '', ...lines] = part.split('\n')
    return [
      question,
      lines
        .join('\n')
        .replace(/^## .*/m, '')
        .trim(),
    ] as const
  })

/** The sentences of an answer, without its code and the addresses of its links. */
function sentences(answer: string): readonly string[] {
  const prose = answer.replace(/`[^`]*`/g, 'code').replace(/\]\([^)]*\)/g, ']')
  return prose.split(/[.?!](?:\s+|$)/).filter((sentence) => sentence !== '')
}

test('docs/faq.md asks each question once', () => {
  const questions = answers.map(([question]) => question)
  expect(questions.length).toBeGreaterThan(20)
  expect(new Set(questions).size).toBe(questions.length)
  expect(questions.filter((question) => !question.endsWith('?'))).toEqual([])
})

test.each(answers)(
  'docs/faq.md, %s: is answered in two to five sentences, with a link to where more is',
  (_question, answer) => {
    expect(answer).toMatch(/\]\((?:\.\.\/)?[\w./-]+\.md(?:#[\w-]+)?\)/)
    const { length } = sentences(answer)
    expect(length, answer).toBeGreaterThanOrEqual(2)
    expect(length, answer).toBeLessThanOrEqual(5)
  },
)
