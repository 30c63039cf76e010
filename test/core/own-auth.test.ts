import { createVerifier } from 'tollgate'
import { createTestIssuer } from 'tollgate/testing'
import { describe, expect, test } from 'vitest'
import { isAuthOf } from '../../src/core/auth.ts'
import { checkOwnAuth } from '../../src/core/own-auth.ts'

const issuer = createTestIssuer()
const auth = await createVerifier(issuer.trust()).verify(issuer.mint())

describe('checkOwnAuth', () => {
  test.each<readonly [string, unknown, RegExp]>([
    [
      'an Auth of another verifier',
      auth,
      /not a copy, an Auth of another verifier or an ID token$/,
    ],
    ['a copy of an Auth', { ...auth, token: auth.token }, /not a copy/],
    ['an object that inherits from an Auth', Object.create(auth), /not such an object/],
    ['undefined', undefined, /not undefined/],
    ['null', null, /not null/],
    ['a token', auth.token, /not a string/],
    ['a Promise of an Auth', Promise.resolve(auth), /not a Promise: await it first/],
  ])('refuses %s, without showing anything of it', (_, given, message) => {
    const check = (): void => checkOwnAuth('verifier.userinfo', given, {})
    expect(check).toThrow(TypeError)
    expect(check).toThrow(/^tollgate: verifier\.userinfo must be given an Auth as this verifier/)
    expect(check).toThrow(message)
    expect(check).not.toThrow(auth.token)
  })

  test('knows no Auth by the object of another verifier', () => {
    for (const other of [{}, auth, issuer]) expect(isAuthOf(other, auth)).toBe(false)
  })

  test('T15: whoever has an Auth has neither the verifier nor the secrets of its clients by it', () => {
    const { constructor: made } = auth
    expect(Object.getOwnPropertyNames(made).sort()).toEqual(['length', 'name', 'prototype'])
    expect(Object.getOwnPropertySymbols(made)).toEqual([])
    const names = Object.getOwnPropertyNames(made.prototype).sort()
    expect(names).toEqual(['constructor', 'signal', 'token'])
  })
})
