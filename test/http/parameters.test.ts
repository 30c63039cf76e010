import { describe, expect, it } from 'vitest'
import { mergeParameters } from '../../src/http/parameters.ts'

describe('mergeParameters', () => {
  it.each([
    ['no parts give no parameters', [], {}],
    ['a parameter that one part states stays as it is', [{ scope: 'a b' }], { scope: 'a b' }],
    [
      'a parameter that two parts state lists each item once, in the order of the parts',
      [{ scope: 'b a' }, { scope: 'a c' }],
      { scope: 'b a c' },
    ],
    [
      'different parameters stand side by side',
      [{ scope: 'a' }, { acr_values: 'high' }],
      { scope: 'a', acr_values: 'high' },
    ],
  ])('%s', (_, parts, merged) => {
    expect(mergeParameters(parts)).toEqual(merged)
  })
})
