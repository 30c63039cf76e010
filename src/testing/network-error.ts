/** The errors of Node's own fetch, so that code under test sees in process what it sees on a wire. */
const causes = {
  refuse: ['ECONNREFUSED', 'connect ECONNREFUSED'],
  dns: ['ENOTFOUND', 'getaddrinfo ENOTFOUND'],
  reset: ['ECONNRESET', 'read ECONNRESET'],
} as const

export function networkError(
  kind: keyof typeof causes,
  message: 'fetch failed' | 'terminated',
): TypeError {
  const [code, text] = causes[kind]
  return new TypeError(message, { cause: Object.assign(new Error(text), { code }) })
}
