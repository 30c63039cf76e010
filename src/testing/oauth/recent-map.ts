/** Keeps the newest entries, so that an issuer that runs for weeks does not fill the memory. */
export class RecentMap<V> extends Map<string, V> {
  add(key: string, value: V): void {
    const [oldest] = this.keys()
    if (this.size >= 10_000 && oldest !== undefined) this.delete(oldest)
    this.set(key, value)
  }
}
