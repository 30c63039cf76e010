/** One thing that was looked at. */
export interface Finding {
  /** 'advice': it works, and could be better. */
  readonly level: 'good' | 'advice' | 'wrong'
  readonly about:
    | 'issuer'
    | 'metadata'
    | 'keys'
    | 'algorithms'
    | 'caching'
    | 'clock'
    | 'tls'
    | 'configuration'
  /** What was found. */
  readonly says: string
  /** What to change. */
  readonly fix?: string
}

export function good(about: Finding['about'], says: string): Finding {
  return { level: 'good', about, says }
}

export function advice(about: Finding['about'], says: string, fix: string): Finding {
  return { level: 'advice', about, says, fix }
}

export function wrong(about: Finding['about'], says: string, fix: string): Finding {
  return { level: 'wrong', about, says, fix }
}
