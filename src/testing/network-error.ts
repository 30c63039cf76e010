/** The causes that the fetch of Node gives for failures of the network. */
const causes = {
  refuse: ['ECONNREFUSED', 'connect ECONNREFUSED'],
  dns: ['ENOTFOUND', 'getaddrinfo ENOTFOUND'],
  reset: ['ECONNRESET', 'read ECONNRESET'],
} as const

/** The error that the fetch of Node throws, so that code under test sees the same in process. */
export function networkError(
  kind: keyof typeof causes,
  message: 'fetch failed' | 'terminated',
): TypeError {
  const [code, text] = causes[kind]
  return new TypeError(message, { cause: Object.assign(new Error(text), { code }) })
}
