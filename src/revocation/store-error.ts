/** What a store of this package rejects with. The hint of a refusal shows the code. */
export type StoreErrorCode =
  | 'REVOCATION_STORE_FULL'
  | 'REVOCATION_STORE_NOT_INITIALIZED'
  | 'REVOCATION_STORE_EVICTS'
  | 'REVOCATION_STORE_TIMEOUT'
  | 'REVOCATION_STORE_BUSY'
  | 'REVOCATION_STORE_ANSWER'

export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string) {
    super(`tollgate: ${message}`)
    this.code = code
  }
}
