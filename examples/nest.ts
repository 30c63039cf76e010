import 'reflect-metadata'
import type { INestApplication } from '@nestjs/common'
import { Controller, Get, Module, Param, Patch, Req, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { AuthOptions } from 'tollgate/nest'
import { createAuth } from 'tollgate/nest'
import type { Order } from './orders.ts'
import { listOrders, owns } from './orders.ts'

/**
 * An orders API, on Express or, with a FastifyAdapter, on Fastify. It takes the options of
 * `createAuth`, so that a test can pass those that trust a test issuer. In an app of its own, the
 * controllers stand in files of their own, and import `requireAuth` and `getAuth` from the file that
 * calls `createAuth`.
 */
export async function createApp(options: AuthOptions): Promise<INestApplication> {
  const { requireAuth, getAuth } = createAuth(options)

  @Controller()
  class OrdersController {
    // Everyone may call this route.
    @Get('health')
    health(): object {
      return { ok: true }
    }

    // Only callers with a valid token may call this route.
    @Get('me')
    @UseGuards(requireAuth())
    me(@Req() request: object): object {
      const { subject, clientId, scopes } = getAuth(request)
      return { subject, clientId, scopes }
    }

    // The token must grant the scope `orders:read`.
    @Get('orders')
    @UseGuards(requireAuth({ scope: 'orders:read' }))
    orders(): readonly Order[] {
      return listOrders()
    }

    // Only the owner of the order may change it, with a token that grants the scope `orders:write`.
    @Patch('orders/:id')
    @UseGuards(
      requireAuth({
        scope: 'orders:write',
        check: (auth, request) => owns(auth.subject, request.params.id),
      }),
    )
    change(@Param('id') id: string): object {
      return { changed: id }
    }

    // A token is optional on this route. A wrong token is still refused.
    @Get('feed')
    @UseGuards(requireAuth({ optional: true }))
    feed(@Req() request: object): object {
      return { hello: getAuth(request, { optional: true })?.subject ?? 'stranger' }
    }
  }

  @Module({ controllers: [OrdersController] })
  class AppModule {}

  return NestFactory.create(AppModule, { logger: ['error', 'warn'] })
}
