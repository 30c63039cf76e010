import { describe, expect, it } from 'vitest'
import { stateOf as visitOf } from '../../src/http/request-state.ts'

describe('the state of a request', () => {
  it('the state of a request is the same object each time it is asked for', () => {
    const request = { url: '/' }
    const state = visitOf(request)
    state.admitted = true
    expect(visitOf(request)).toBe(state)
  })

  it('the state of a request is no member of it, and is not copied or inherited', () => {
    const request = { url: '/' }
    visitOf(request).admitted = true
    expect(Reflect.ownKeys(request)).toEqual(['url'])
    for (const other of [{ ...request }, Object.create(request), structuredClone(request)]) {
      expect(visitOf(other).admitted).toBe(false)
    }
  })

  it('copies and proxies that share the rawHeaders of a request do not share its state', () => {
    const rawHeaders = ['Authorization', 'Bearer a']
    const request = { url: '/', rawHeaders }
    const state = visitOf(request)
    state.admitted = true
    expect(Reflect.ownKeys(rawHeaders)).toEqual(['0', '1', 'length'])
    for (const other of [{ ...request }, Object.create(request), new Proxy(request, {})]) {
      expect(visitOf(other).admitted).toBe(false)
      visitOf(other).admitted = true
      expect(visitOf(other).admitted).toBe(true)
    }
    expect(visitOf(request)).toBe(state)
  })

  it.each<[string, object]>([
    ['are empty', { rawHeaders: [] }],
    [
      'are made anew each time they are read',
      {
        get rawHeaders() {
          return ['Host', 'api.test']
        },
      },
    ],
    ['are no list', { rawHeaders: 'Host: api.test' }],
  ])('a request has a state of its own though its rawHeaders %s', (_, request) => {
    visitOf(request).admitted = true
    expect(visitOf(request).admitted).toBe(true)
    expect(visitOf({ ...request }).admitted).toBe(false)
  })

  it('a proxy of a request does not have the state of the request', () => {
    const request = { url: '/' }
    visitOf(request).admitted = true
    expect(visitOf(new Proxy(request, {})).admitted).toBe(false)
  })

  it('a frozen request can have a state', () => {
    const request = Object.freeze({ url: '/' })
    visitOf(request).admitted = true
    expect(visitOf(request).admitted).toBe(true)
  })
})
