import { describe, expect, it } from 'vitest'
import { visitOf } from '../../src/http/visit.ts'

describe('the visit of a request', () => {
  it('is one for as long as the request lives', () => {
    const request = { url: '/' }
    const visit = visitOf(request)
    visit.admitted = true
    expect(visitOf(request)).toBe(visit)
  })

  it('leaves nothing to see, to copy or to inherit', () => {
    const request = { url: '/' }
    visitOf(request).admitted = true
    expect(Reflect.ownKeys(request)).toEqual(['url'])
    for (const other of [{ ...request }, Object.create(request), structuredClone(request)]) {
      expect(visitOf(other).admitted).toBe(false)
    }
  })

  it('is not that of the request behind a proxy', () => {
    const request = { url: '/' }
    visitOf(request).admitted = true
    expect(visitOf(new Proxy(request, {})).admitted).toBe(false)
  })

  it('can be had of a request that is frozen', () => {
    const request = Object.freeze({ url: '/' })
    visitOf(request).admitted = true
    expect(visitOf(request).admitted).toBe(true)
  })
})
