const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * Whether base64url text is the only spelling of its octets (RFC 4648 section 3.5): no impossible length, and no bits
 * set behind the last octet. Otherwise one token would have many strings. The alphabet is checked elsewhere.
 */
export function isCanonical(text: string): boolean {
  const rest = text.length % 4
  if (rest === 0) return true
  if (rest === 1) return false
  const unused = rest === 2 ? 0b1111 : 0b11
  return (alphabet.indexOf(text.charAt(text.length - 1)) & unused) === 0
}
