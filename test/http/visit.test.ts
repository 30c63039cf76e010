import { describe, expect, it } from 'vitest'
import { stateOf as visitOf } from '../../src/http/request-state.ts'

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

  it('leaves nothing on the list of raw headers that belongs to another request, either', () => {
    const rawHeaders = ['Authorization', 'Bearer a']
    const request = { url: '/', rawHeaders }
    const visit = visitOf(request)
    visit.admitted = true
    expect(Reflect.ownKeys(rawHeaders)).toEqual(['0', '1', 'length'])
    for (const other of [{ ...request }, Object.create(request), new Proxy(request, {})]) {
      expect(visitOf(other).admitted).toBe(false)
      visitOf(other).admitted = true
      expect(visitOf(other).admitted).toBe(true)
    }
    expect(visitOf(request)).toBe(visit)
  })

  it.each<[string, object]>([
    ['empty, and shared', { rawHeaders: [] }],
    [
      'made anew at each look',
      {
        get rawHeaders() {
          return ['Host', 'api.test']
        },
      },
    ],
    ['no list', { rawHeaders: 'Host: api.test' }],
  ])('does not need that list: %s', (_, request) => {
    visitOf(request).admitted = true
    expect(visitOf(request).admitted).toBe(true)
    expect(visitOf({ ...request }).admitted).toBe(false)
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
