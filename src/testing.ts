// The entry of the test kit. Each line here is a public promise.

export {
  assertAuthorized,
  assertForbidden,
  assertUnauthorized,
  assertUnavailable,
} from './testing/answers/assertions.ts'
export type {
  Expectation,
  ForbiddenExpectation,
  UnauthorizedExpectation,
  UnavailableExpectation,
} from './testing/answers/expectations.ts'
export {
  authorized,
  forbidden,
  unauthorized,
  unavailable,
} from './testing/answers/expectations.ts'
export type {
  ExpectedChallenge,
  ExpectedJwt,
  TokenMatchers,
} from './testing/answers/matchers.ts'
export { matchers } from './testing/answers/matchers.ts'
export type { Challenge } from './testing/answers/parse-challenges.ts'
export { parseChallenges } from './testing/answers/parse-challenges.ts'
export type { ResponseLike } from './testing/answers/received.ts'
export type { BadTokens } from './testing/bad.ts'
export type { Claims } from './testing/claims.ts'
export type { TestClock } from './testing/clock.ts'
export type {
  ConnectOptions,
  RemoteBadTokens,
  RemoteClock,
  RemoteTestIssuer,
} from './testing/control/connect.ts'
export { connectTestIssuer } from './testing/control/connect.ts'
export type { RemoteMintOptions } from './testing/control/mint-request.ts'
export type { RemoteRequest } from './testing/control/protocol.ts'
export type { EncryptOptions } from './testing/encrypt.ts'
export type { Endpoint } from './testing/endpoints.ts'
export type { Fault } from './testing/fault.ts'
export type { Faults } from './testing/faults.ts'
export { faults } from './testing/faults.ts'
export type {
  AttackerNeeds,
  HostileCase,
  HostileId,
  HostileLevel,
} from './testing/hostile/cases/case.ts'
export type { HostileTokenOptions } from './testing/hostile/cases/catalogue.ts'
export { hostileTokens } from './testing/hostile/cases/catalogue.ts'
export type { HostileIdToken, HostileIdTokenOptions } from './testing/hostile/id-tokens.ts'
export { hostileIdTokens } from './testing/hostile/id-tokens.ts'
export { assertRejectsHostileTokens } from './testing/hostile/run/assert-rejects.ts'
export type { TestRunner } from './testing/hostile/run/describe.ts'
export { describeHostileTokens } from './testing/hostile/run/describe.ts'
export type { HostileOptions } from './testing/hostile/run/options.ts'
export type { HostileReport } from './testing/hostile/run/report.ts'
export type { HostileResult } from './testing/hostile/run/result.ts'
export type { HostileTarget } from './testing/hostile/run/target.ts'
export type { HostileVerdict } from './testing/hostile/run/verdict.ts'
export type { ShortTrust, SurvivalOptions } from './testing/hostile/survival/assert-survives.ts'
export { assertSurvivesIssuerFaults } from './testing/hostile/survival/assert-survives.ts'
export type { SurvivalReport } from './testing/hostile/survival/report.ts'
export type { SurvivalResult, SurvivalVerdict } from './testing/hostile/survival/verdict.ts'
export type { IdTokenMintOptions } from './testing/id-token.ts'
export { createTestIssuer } from './testing/in-process-issuer.ts'
export type { TestIssuer, TrustOptions } from './testing/issuer.ts'
export type { TestIssuerOptions } from './testing/issuer-options.ts'
export type { JwksFaults } from './testing/jwks-faults.ts'
export type { KeyOrigin } from './testing/key-source.ts'
export type { KeyRing, RotateOptions } from './testing/keys.ts'
export type { MetadataFaults } from './testing/metadata-faults.ts'
export type { MintOptions } from './testing/mint.ts'
export type { OpaqueOptions } from './testing/opaque-tokens.ts'
export type { FailOptions } from './testing/outages.ts'
export type { LoggedRequest, RequestLog } from './testing/requests.ts'
export type { ServedTestIssuer, ServeOptions } from './testing/serve.ts'
export { serveTestIssuer } from './testing/serve.ts'
export type { IssuerShape } from './testing/shapes/shapes.ts'
export type { StatementOptions } from './testing/statement.ts'
export type { StatusListOptions, TestStatusList } from './testing/status-lists.ts'
export type { TestKey } from './testing/test-key.ts'
export { withAuth } from './testing/with-auth.ts'
