import 'reflect-metadata'
import type { ArgumentsHost, ExceptionFilter, INestApplication } from '@nestjs/common'
import { Catch, Controller, Delete, Get, Module, Param, Req, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { AuthOptions } from 'tollgate/nest'
import { createAuth } from 'tollgate/nest'

export const platforms = ['Express', 'Fastify'] as const

/** Counts what it catches, and answers it: no answer of a guard may come to it. */
@Catch()
export class CatchAll implements ExceptionFilter {
  caught = 0

  catch(_: unknown, host: ArgumentsHost): void {
    this.caught += 1
    const response = host.switchToHttp().getResponse()
    response.status(500).send('caught')
  }
}

/** The same API on both platforms of Nest. */
export async function createApp(
  platform: (typeof platforms)[number],
  options: AuthOptions,
  filter: CatchAll,
): Promise<INestApplication> {
  const { requireAuth, getAuth } = createAuth(options)

  @Controller()
  class Orders {
    @Get('me')
    @UseGuards(requireAuth())
    me(@Req() request: object): object {
      return { subject: getAuth(request).subject }
    }

    @Get('orders')
    @UseGuards(requireAuth({ scope: 'orders:read' }))
    orders(@Req() request: object): object {
      return { ordersOf: getAuth(request).subject }
    }

    @Delete('users/:id')
    @UseGuards(requireAuth({ role: 'admin' }))
    remove(@Param('id') id: string): object {
      return { removed: id }
    }
  }

  @Module({ controllers: [Orders] })
  class App {}

  const quiet = { logger: false } as const
  const app =
    platform === 'Fastify'
      ? await NestFactory.create(App, new FastifyAdapter(), quiet)
      : await NestFactory.create(App, quiet)
  app.useGlobalFilters(filter)
  await app.listen(0, '127.0.0.1')
  return app
}
