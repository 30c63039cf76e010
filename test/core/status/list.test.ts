import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readStatusList } from '../../../src/core/status/list.ts'
import { runs } from '../../runs.ts'

function lst(octets: Uint8Array): string {
  return deflateSync(octets).toString('base64url')
}

describe('the examples of the specification (Token Status List section 4)', () => {
  test('one bit', async () => {
    const list = await readStatusList({ bits: 1, lst: 'eNrbuRgAAhcBXQ' })
    const statuses = Array.from({ length: 16 }, (_, i) => list.at(i))
    expect(statuses).toEqual([1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1])
    expect(list.at(16)).toBeUndefined()
  })

  test('two bits', async () => {
    const list = await readStatusList({ bits: 2, lst: 'eNo76fITAAPfAgc' })
    const statuses = Array.from({ length: 12 }, (_, i) => list.at(i))
    expect(statuses).toEqual([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3])
    expect(list.at(12)).toBeUndefined()
  })
})

test('any statuses of any size are read back', async () => {
  const sizes = fc.constantFrom(1, 2, 4, 8)
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      async (bits, octets) => {
        const list = await readStatusList({ bits, lst: lst(octets) })
        const text = [...octets].map((octet) => octet.toString(2).padStart(8, '0'))
        const count = (octets.length * 8) / bits
        for (let i = 0; i < count; i++) {
          const octet = text[Math.floor((i * bits) / 8)] as string
          const end = 8 - ((i * bits) % 8)
          expect(list.at(i)).toBe(Number.parseInt(octet.slice(end - bits, end), 2))
        }
        expect(list.at(count)).toBeUndefined()
      },
    ),
    runs(100),
  )
})

const good = lst(new Uint8Array(8))

test.each<[string, unknown, RegExp]>([
  ['nothing', undefined, /bits/],
  ['no object', 'eNrbuRgAAhcBXQ', /bits/],
  ['three bits', { bits: 3, lst: good }, /bits/],
  ['bits as text', { bits: '1', lst: good }, /bits/],
  ['no lst', { bits: 1 }, /lst/],
  ['an empty lst', { bits: 1, lst: '' }, /lst/],
  ['plain base64', { bits: 1, lst: `${good}=` }, /lst/],
  ['no compression', { bits: 1, lst: 'AAAA' }, /ZLIB/],
  ['gzip', { bits: 1, lst: gzipSync('x').toString('base64url') }, /ZLIB/],
  ['DEFLATE without ZLIB', { bits: 1, lst: deflateRawSync('x').toString('base64url') }, /ZLIB/],
  ['half of it', { bits: 1, lst: lst(new Uint8Array(999).fill(7)).slice(0, 12) }, /ZLIB/],
])('%s is no list', async (_, claim, message) => {
  await expect(readStatusList(claim)).rejects.toThrow(message)
})

test('a list may inflate to 4 MiB and no further: 100 MiB are not inflated', async () => {
  const most = await readStatusList({ bits: 1, lst: lst(new Uint8Array(4_194_304)) })
  expect(most.at(4_194_304 * 8 - 1)).toBe(0)
  const more = { bits: 1, lst: lst(new Uint8Array(4_194_305)) }
  await expect(readStatusList(more)).rejects.toThrow(/too large/)
  const bomb = { bits: 1, lst: lst(new Uint8Array(104_857_600)) }
  const before = process.memoryUsage().arrayBuffers
  await expect(readStatusList(bomb)).rejects.toThrow(/too large/)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
})
