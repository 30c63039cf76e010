import { styleText } from 'node:util'
import type { Io, Output } from './io.ts'

type Format = 'bold' | 'dim' | 'green' | 'red' | 'yellow'

/** Gives a text a colour, where it is written to a terminal that shows colours. */
export type Paint = (format: Format, text: string) => string

/** An output that is no terminal gets no colour, and neither does anything with NO_COLOR set. */
export function createPaint(output: Output, { variables }: Pick<Io, 'variables'>): Paint {
  const { NO_COLOR: noColor = '', TERM: terminal } = variables
  const isColoured = output.isTTY === true && noColor === '' && terminal !== 'dumb'
  // The decision has been made for this output, and not for the one that styleText would look at.
  return (format, text) => (isColoured ? styleText(format, text, { validateStream: false }) : text)
}
