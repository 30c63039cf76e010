/**
 * Knows the commands of the store, and runs its script in JavaScript: for what a real Redis cannot be
 * made to do on purpose. `test/interop/redis.test.ts` runs the store on a real one.
 */
export function createScriptedRedis() {
  const values = new Map<string, string>()
  const commands: string[][] = []
  const redis = {
    values,
    commands,
    /** What is answered in the place of the answer; undefined for that of Redis. */
    answer: undefined as ((command: readonly string[]) => unknown) | undefined,
    async sendCommand(command: string[]): Promise<unknown> {
      commands.push(command)
      return redis.answer === undefined ? run(command) : redis.answer(command)
    },
  }

  function run([name = '', ...rest]: readonly string[]): unknown {
    if (name === 'MGET') return rest.map((key) => values.get(key) ?? null)
    if (name === 'INFO') return '# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n'
    if (name === 'SET') {
      values.set(rest[0] as string, rest[1] as string)
      return 'OK'
    }
    const [, , marker = '', key = '', before = '', until = ''] = rest
    if (!values.has(marker)) return 0
    const [b = before, u = until] = values.get(key)?.split(' ') ?? []
    values.set(key, `${Math.max(Number(b), Number(before))} ${Math.max(Number(u), Number(until))}`)
    return 1
  }
  return redis
}
