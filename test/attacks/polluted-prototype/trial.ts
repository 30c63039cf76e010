/**
 * Something that is tried while Object.prototype is polluted. It gives what somebody got by it, and
 * throws where nobody got anything.
 */
export interface Trial {
  readonly name: string
  run(): unknown
  /** Whether it takes much longer than the others, for example to import a key. */
  readonly long?: boolean
}
