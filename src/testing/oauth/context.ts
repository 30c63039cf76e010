import type { TestIssuer } from '../issuer.ts'
import type { TokenRegister } from '../opaque-tokens.ts'
import type { Grants } from './grants.ts'
import type { TokenMaker } from './issue.ts'
import type { Sessions } from './login/sessions.ts'
import type { Redirects } from './redirects.ts'
import type { Users } from './users.ts'

/** What the endpoints of an authorization server share. */
export interface Context {
  readonly issuer: TestIssuer
  readonly grants: Grants
  /** What the issuer knows of its tokens. */
  readonly register: TokenRegister
  readonly sessions: Sessions
  readonly tokens: TokenMaker
  readonly users: Users
  readonly redirects: Redirects
}
