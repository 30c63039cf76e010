/**
 * Stores that say which tokens are revoked, for the option `revocation` of a verifier, and handlers that receive what an issuer
 * tells of ended sessions and accounts.
 */

export type { Revocation, RevocationStore } from './core/revocation.ts'
export type { BackchannelLogoutOptions } from './revocation/backchannel-logout.ts'
export { createBackchannelLogout } from './revocation/backchannel-logout.ts'
export type { NodeNoticeRequest } from './revocation/body.ts'
export type { EventReceiverOptions, SecurityEvent } from './revocation/event-receiver.ts'
export { createEventReceiver } from './revocation/event-receiver.ts'
export type { NodeNoticeResponse, NoticeHandler } from './revocation/handler.ts'
export type { MemoryStoreOptions } from './revocation/memory.ts'
export { createMemoryStore } from './revocation/memory.ts'
export type { RedisStore, RedisStoreOptions } from './revocation/redis.ts'
export { createRedisStore } from './revocation/redis.ts'
export type { RedisClient } from './revocation/redis-client.ts'
