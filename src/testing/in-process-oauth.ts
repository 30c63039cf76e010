import type { Answer } from './answer.ts'
import { answerText } from './answer.ts'
import type { OAuthEndpoint } from './oauth/endpoints.ts'
import { locateEndpoint } from './oauth/endpoints.ts'
import type { OAuthRequest } from './oauth/parameters.ts'
import type { ServiceRequest } from './service.ts'

/** What answers at the endpoints of OAuth. */
export interface OAuthServer {
  answer(endpoint: OAuthEndpoint, request: OAuthRequest): Answer
  /** Forgets what it has issued. */
  reset(): void
}

/** The endpoints of OAuth that an API asks, of an issuer in this process. */
export interface InProcessOAuth {
  /** Which of these endpoints is at a location, or undefined for none. */
  locate(location: string): OAuthEndpoint | undefined
  /** Gives the function that makes the answer to a request. */
  read(endpoint: OAuthEndpoint, request: ServiceRequest, body: string): Promise<() => Answer>
  reset(): void
}

/** @param says What the metadata says of the endpoints. */
export function createInProcessOAuth(
  says: Readonly<Record<string, unknown>>,
  load: () => Promise<OAuthServer>,
): InProcessOAuth {
  let loading: Promise<OAuthServer> | undefined
  let server: OAuthServer | undefined

  return {
    locate: (location) => locateEndpoint(says, location),
    async read(endpoint, { method, url, headers }, body) {
      loading ??= load()
      const loaded = await loading
      server = loaded
      if (body.length > 65_536) return () => answerText(413, 'The form is too long')
      const query = new URL(url).searchParams
      return () => loaded.answer(endpoint, { method, query, headers, body })
    },
    reset: () => server?.reset(),
  }
}
