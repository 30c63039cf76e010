/** Stores that say which tokens are revoked, for the option `revocation` of a verifier. */

export type { Revocation, RevocationStore } from './core/revocation.ts'
export type { MemoryStoreOptions } from './revocation/memory.ts'
export { createMemoryStore } from './revocation/memory.ts'
export type { RedisStore, RedisStoreOptions } from './revocation/redis.ts'
export { createRedisStore } from './revocation/redis.ts'
export type { RedisClient } from './revocation/redis-client.ts'
