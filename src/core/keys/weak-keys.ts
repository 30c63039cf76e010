import { toBigInt } from '../base64url.ts'

/**
 * Why an RSA key is not used, or undefined if it is good: an odd modulus of 2048 to 8192 bits and
 * an odd exponent from 3 to 2^32. With a smaller one anybody could forge signatures; with a larger
 * one each check would take milliseconds. Neither number may have leading zero octets: they would
 * count as bits.
 */
export function rsaFlaw(modulus: Uint8Array, exponent: Uint8Array): string | undefined {
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  if (bits < 2048) return 'modulus is shorter than 2048 bits'
  if (bits > 8192) return 'modulus is longer than 8192 bits'
  // The length comes first: to turn an exponent of 400 KB into a number would take long.
  if (exponent.length === 0 || exponent.length > 5) return 'exponent is not odd, 3 to 2^32'
  const value = toBigInt(exponent)
  if (value < 3n || value > 2n ** 32n || value % 2n === 0n) return 'exponent is not odd, 3 to 2^32'
  const number = toBigInt(modulus)
  if (isRoca(number)) return 'modulus has the ROCA weakness'
  // The product of two large primes is odd. An even modulus has been damaged, or was made so that
  // somebody can factor it.
  return number % 2n === 0n ? 'modulus is even' : undefined
}

const smallPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
]

/**
 * CVE-2017-15361 (ROCA): some chips made primes that are powers of 65537 modulo every small prime,
 * so that their moduli can be factored. These are the residues that such a modulus leaves.
 */
const rocaResidues: readonly (readonly [bigint, ReadonlySet<bigint>])[] = smallPrimes.map((p) => {
  const prime = BigInt(p)
  const residues = new Set<bigint>()
  for (let power = 1n; !residues.has(power); power = (power * 65_537n) % prime) residues.add(power)
  return [prime, residues]
})

function isRoca(modulus: bigint): boolean {
  return rocaResidues.every(([prime, residues]) => residues.has(modulus % prime))
}

/** The field of Ed25519 (RFC 8032 section 5.1). */
const p25519 = 2n ** 255n - 19n
const yOfOrder8 = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n

/**
 * The y coordinates of the eight points of small order: those of order 4, 1, 2, and two of order 8.
 * With such a key, one signature is right for every text, or for one of eight.
 */
const ysOfSmallOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  p25519 - 1n,
  yOfOrder8,
  p25519 - yOfOrder8,
])

/** Why an Ed25519 key of 32 octets is not used, or undefined if it is good. */
export function ed25519Flaw(octets: Uint8Array): string | undefined {
  // RFC 8032 section 5.1.2: y with the least significant octet first, and the sign of x in the
  // highest bit. Some platforms also read numbers that are not below p, and a sign of x = 0.
  const y = BigInt.asUintN(255, toBigInt(octets.toReversed()))
  return ysOfSmallOrder.has(y % p25519) ? 'a point of small order' : undefined
}
