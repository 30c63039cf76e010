import 'reflect-metadata'
import type { CanActivate, CustomDecorator, INestApplication } from '@nestjs/common'
import { Controller, Get, Module, SetMetadata, UseGuards } from '@nestjs/common'
import { APP_GUARD, NestFactory, Reflector } from '@nestjs/core'
import type { AuthOptions } from 'tollgate/nest'
import { createAuth } from 'tollgate/nest'

const publicRoute = 'publicRoute'

/** Marks a route that everyone may call, or a controller of which everyone may call every route. */
export const Public = (): CustomDecorator => SetMetadata(publicRoute, true)

/** Asks the guard about every route that is not marked as public. */
export function unlessPublic(guard: CanActivate, reflector: Reflector): CanActivate {
  return {
    canActivate(context) {
      const route = [context.getHandler(), context.getClass()]
      const isPublic = reflector.getAllAndOverride<unknown>(publicRoute, route) === true
      return isPublic || guard.canActivate(context)
    },
  }
}

export async function createApp(options: AuthOptions): Promise<INestApplication> {
  const { requireAuth } = createAuth(options)

  @Controller('orders')
  class OrdersController {
    // The global guard asks for a good token.
    @Get()
    list(): object {
      return { orders: [] }
    }

    // This guard comes after the global one. It does not verify the token again, and checks its own
    // requirements alone.
    @Get('all')
    @UseGuards(requireAuth({ role: 'admin' }))
    all(): object {
      return { orders: ['1', '2'] }
    }
  }

  @Public()
  @Controller('health')
  class HealthController {
    @Get()
    health(): object {
      return { ok: true }
    }
  }

  @Module({
    controllers: [OrdersController, HealthController],
    providers: [
      {
        provide: APP_GUARD,
        inject: [Reflector],
        useFactory: (reflector: Reflector) => unlessPublic(requireAuth(), reflector),
      },
    ],
  })
  class AppModule {}

  return NestFactory.create(AppModule, { logger: false })
}
