import { describe, expect, it } from 'vitest'
import { stateOf } from '../../src/http/request-state.ts'

describe('the state of a request', () => {
  it('the state of a request is the same object each time it is asked for', () => {
    const request = { url: '/' }
    const state = stateOf(request)
    state.admitted = true
    expect(stateOf(request)).toBe(state)
  })

  it('the state of a request is no member of it, and is not copied or inherited', () => {
    const request = { url: '/' }
    stateOf(request).admitted = true
    expect(Reflect.ownKeys(request)).toEqual(['url'])
    for (const other of [{ ...request }, Object.create(request), structuredClone(request)]) {
      expect(stateOf(other).admitted).toBe(false)
    }
  })

  it('copies and proxies that share the rawHeaders of a request do not share its state', () => {
    const rawHeaders = ['Authorization', 'Bearer a']
    const request = { url: '/', rawHeaders }
    const state = stateOf(request)
    state.admitted = true
    expect(Reflect.ownKeys(rawHeaders)).toEqual(['0', '1', 'length'])
    for (const other of [{ ...request }, Object.create(request), new Proxy(request, {})]) {
      expect(stateOf(other).admitted).toBe(false)
      stateOf(other).admitted = true
      expect(stateOf(other).admitted).toBe(true)
    }
    expect(stateOf(request)).toBe(state)
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
    stateOf(request).admitted = true
    expect(stateOf(request).admitted).toBe(true)
    expect(stateOf({ ...request }).admitted).toBe(false)
  })

  it('a proxy of a request does not have the state of the request', () => {
    const request = { url: '/' }
    stateOf(request).admitted = true
    expect(stateOf(new Proxy(request, {})).admitted).toBe(false)
  })

  it('a frozen request can have a state', () => {
    const request = Object.freeze({ url: '/' })
    stateOf(request).admitted = true
    expect(stateOf(request).admitted).toBe(true)
  })

  it('a request keeps its state when a middleware replaces its rawHeaders', () => {
    const request: { rawHeaders: readonly string[] } = { rawHeaders: ['Host', 'api.test'] }
    stateOf(request).admitted = true
    request.rawHeaders = []
    expect(stateOf(request).admitted).toBe(true)
  })
})
