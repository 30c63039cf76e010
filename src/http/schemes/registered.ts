/** The schemes of the IANA registry of HTTP authentication schemes, as it spells them. */
const registered = [
  'Basic',
  'Bearer',
  'Concealed',
  'Digest',
  'DPoP',
  'GNAP',
  'HOBA',
  'Mutual',
  'Negotiate',
  'OAuth',
  'PrivateToken',
  'SCRAM-SHA-1',
  'SCRAM-SHA-256',
  'vapid',
]

/**
 * The registered scheme with which credentials begin, as the registry spells it. Undefined for any
 * other word: it may be the token.
 */
export function registeredScheme(credentials: string): string | undefined {
  const word = /^[^\s,]*/.exec(credentials.trim())?.[0].toLowerCase()
  return registered.find((name) => name.toLowerCase() === word)
}
