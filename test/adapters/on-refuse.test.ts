import type { AuthError } from 'tollgate'
import { createTestIssuer, faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'
import type { AdapterSetup, HookEnd } from './adapter.ts'
import { bearer, through } from './adapter.ts'
import { adapters, serverlessAdapters } from './all.ts'

const issuer = createTestIssuer()
const dead = createTestIssuer({ url: 'https://dead.test' })
dead.fail('*', faults.refuse())

describe.each([...adapters, ...serverlessAdapters])('the end of onRefuse in $name', (adapter) => {
  const { name } = adapter
  const calls = async (setup: Partial<AdapterSetup>) =>
    through(
      adapter,
      {
        auth: issuer.trust(),
        other: dead.trust(),
        routes: { '/': [{ scope: 'a' }], '/dead': [{ by: 'other' }] },
        ...setup,
      },
      async ({ call }) => [
        await call('/'),
        await call('/', [], 'HEAD'),
        await call('/', [['Authorization', 'Bearer a b']]),
        await call('/', [bearer(issuer.bad.expired())]),
        await call('/', [bearer(issuer.mint())]),
        await call('/dead', [bearer(dead.mint())]),
      ],
    )
  const ending = async (then: HookEnd) => {
    const errors: AuthError[] = []
    const answers = await calls({ onRefuse: { told: (error) => void errors.push(error), then } })
    expect(errors).toHaveLength(answers.length)
    return answers
  }

  it(`${name} sends the usual answer when onRefuse neither answers nor passes the refusal on`, async () => {
    const usual = await calls({})
    expect(usual.map(({ status }) => status)).toEqual([401, 401, 400, 401, 403, 503])
    expect(await ending('forget')).toEqual(usual)
  })

  it(`${name} waits for an onRefuse that answers before its promise settles`, async () => {
    const statuses = (await ending('later')).map(({ status }) => status)
    expect(statuses).toEqual([418, 418, 418, 418, 418, 418])
  })
})
