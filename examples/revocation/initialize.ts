import { createClient } from 'redis'
import { createRedisStore } from 'tollgate/revocation'

/** For an operator, by hand: for a new store, and after Redis has lost its data. */
export async function initialize(url: string): Promise<void> {
  const client = createClient({ url })
  client.on('error', () => {})
  await client.connect()
  try {
    await createRedisStore(client).initialize()
  } finally {
    client.destroy()
  }
}
