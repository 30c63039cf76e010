import 'reflect-metadata'
import type { ArgumentsHost, ExceptionFilter, INestApplication } from '@nestjs/common'
import { Catch, Controller, Get, Logger, Module, Req, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { AuthOptions } from 'tollgate/nest'
import { AuthError, createAuth } from 'tollgate/nest'

/** The answers of this app: every error has the same form. */
@Catch(AuthError)
export class AuthErrorFilter implements ExceptionFilter<AuthError> {
  catch(error: AuthError, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse()
    // Of an error that a guard throws, the response has them already: the challenge and Retry-After.
    for (const [name, value] of Object.entries(error.headers)) response.header(name, value)
    response.status(error.status).send({ problem: error.body.title })
  }
}

export async function createApp(
  options: AuthOptions,
  logger = new Logger('auth'),
): Promise<INestApplication> {
  const { requireAuth, getAuth, verifier } = createAuth({
    ...options,
    // For logs and metrics; the answer stays as it is. Without the query, which may hold secrets.
    onRefused({ reason, status }, { method, url }) {
      logger.warn(JSON.stringify({ refused: reason, status, method, path: url.split('?')[0] }))
    },
    // Hands the refusal to the filters.
    onRefuse(error) {
      throw error
    },
  })

  @Controller()
  class OrdersController {
    @Get('orders')
    @UseGuards(requireAuth({ scope: 'orders:read' }))
    list(): object {
      return { orders: [] }
    }

    @Get('profile')
    @UseGuards(requireAuth())
    async profile(@Req() request: object): Promise<object> {
      // Where the issuer gives no profile, the filter answers the error.
      const { name } = await verifier.userinfo(getAuth(request))
      return { name }
    }
  }

  @Module({ controllers: [OrdersController] })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false })
  app.useGlobalFilters(new AuthErrorFilter())
  return app
}
