import type { Verifier } from 'tollgate'
import { AuthError, createVerifier } from 'tollgate'

/**
 * Verifies tokens without a framework, for example those of a WebSocket, a queue or a gRPC call.
 */
export function createGreeter(
  verifier: Verifier = createVerifier({
    issuer: 'https://login.example.com',
    audience: 'https://api.example.com',
  }),
): (token: string) => Promise<string> {
  return async (token: string): Promise<string> => {
    try {
      const auth = await verifier.verify(token)
      return `hello ${auth.subject}`
    } catch (error) {
      if (error instanceof AuthError) return `refused with ${error.status}: ${error.reason}`
      throw error
    }
  }
}
