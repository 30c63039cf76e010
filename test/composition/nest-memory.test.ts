import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Controller, Get, Scope, UseGuards } from '@nestjs/common'
import { createAuth } from 'tollgate/nest'
import { describe, expect, it } from 'vitest'
import { platforms, startNest } from './nest-stage.ts'
import { expectNoStrayErrors, issuer, pause, serving } from './stage.ts'

expectNoStrayErrors()

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

describe.each(platforms)('the memory of Nest on %s', (platform) => {
  const where = `Nest on ${platform}`

  it.each([Scope.DEFAULT, Scope.REQUEST] as const)(
    `after the answers to refused requests, no response of ${where} stays in memory (scope %s)`,
    async (scope) => {
      const { requireAuth } = createAuth({
        ...issuer.trust(),
        // A hook of its own must keep no response either.
        onRefuse: async () => pause(1),
      })
      @Controller({ scope })
      class Orders {
        @Get()
        @UseGuards(requireAuth())
        get(): string {
          return 'orders'
        }
      }
      const responses: WeakRef<object>[] = []
      const { listener } = await startNest(platform, { controllers: [Orders] })
      const counting: typeof listener = (req, res) => {
        responses.push(new WeakRef(res))
        listener(req, res)
      }
      const living = (): number => responses.filter((one) => one.deref() !== undefined).length
      await serving(counting, async (url) => {
        for (let i = 0; i < 100; i++) {
          const answer = await fetch(url)
          expect(answer.status).toBe(401)
          await answer.arrayBuffer()
        }
        for (let i = 0; i < 20 && living() > 5; i++) {
          // A WeakRef lives until the task that has made or read it ends.
          await pause(10)
          collectGarbage()
          await pause(0)
        }
      })
      expect(responses).toHaveLength(100)
      expect(living()).toBeLessThanOrEqual(5)
    },
  )
})
