/** Milliseconds that all threads of this process have run. */
export function timeOfProcess(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
