import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { der, integer } from '../../src/testing/hostile/cases/certificate.ts'

/** A certificate authority that nobody trusts by itself. */
export interface PrivateCa extends Disposable {
  /** The file of its certificate, as PEM. */
  readonly file: string
  /** The folder of that file, which is removed in the end. */
  readonly folder: string
  /** An https server for `localhost`, whose certificate this authority has signed. */
  createServer(listener: RequestListener): Server
}

const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content)
const identifier = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = sequence(identifier('2a8648ce3d040302'))
const nameOf = (text: string): Buffer =>
  sequence(der(0x31, sequence(identifier('550403'), der(0x0c, Buffer.from(text)))))
const always = sequence(
  ...['200101000000Z', '490101000000Z'].map((time) => der(0x17, Buffer.from(time))),
)
const extension = (hex: string, value: Buffer): Buffer =>
  sequence(identifier(hex), der(0x01, Buffer.of(0xff)), der(0x04, value))

export function createPrivateCa(): PrivateCa {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  /** RFC 5280 section 4.1, version 3. */
  function certify(subject: string, key: KeyObject, serial: number, marked: Buffer): string {
    const toBeSigned = sequence(
      der(0xa0, integer(Buffer.of(2))),
      integer(Buffer.of(serial)),
      ecdsaWithSha256,
      nameOf('private CA'),
      always,
      nameOf(subject),
      key.export({ type: 'spki', format: 'der' }),
      der(0xa3, sequence(marked)),
    )
    const signature = der(0x03, Buffer.of(0), sign('sha256', toBeSigned, own.privateKey))
    const text = sequence(toBeSigned, ecdsaWithSha256, signature).toString('base64')
    const lines = text.match(/.{1,64}/g) ?? []
    return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
  }

  const folder = mkdtempSync(join(tmpdir(), 'tollgate-ca-'))
  const file = join(folder, 'ca.crt')
  // basicConstraints: it may sign others (section 4.2.1.9).
  const isCa = extension('551d13', sequence(der(0x01, Buffer.of(0xff))))
  writeFileSync(file, certify('private CA', own.publicKey, 1, isCa))

  return {
    file,
    folder,
    createServer(listener) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      // subjectAltName with one dNSName (section 4.2.1.6).
      const names = extension('551d11', sequence(der(0x82, Buffer.from('localhost'))))
      const cert = certify('localhost', publicKey, 2, names)
      return createServer(
        { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert },
        listener,
      )
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
