import 'reflect-metadata'
import type { ExecutionContext, INestApplication } from '@nestjs/common'
import { Controller, createParamDecorator, Get, Module, UseGuards } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { Auth, AuthOptions } from 'tollgate/nest'
import { createAuth, getAuth } from 'tollgate/nest'

/** The caller, as a parameter of a handler behind a guard. */
export const CurrentAuth = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Auth => getAuth(context),
)

/** The caller, or undefined, as a parameter of a handler whose guard is optional. */
export const OptionalAuth = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Auth | undefined =>
    getAuth(context, { optional: true }),
)

export async function createApp(options: AuthOptions): Promise<INestApplication> {
  const { requireAuth } = createAuth(options)

  @Controller()
  class ProfileController {
    @Get('me')
    @UseGuards(requireAuth())
    me(@CurrentAuth() { subject, scopes }: Auth): object {
      return { subject, scopes }
    }

    @Get('feed')
    @UseGuards(requireAuth({ optional: true }))
    feed(@OptionalAuth() auth: Auth | undefined): object {
      return { hello: auth?.subject ?? 'stranger' }
    }

    @Get('unguarded')
    unguarded(@CurrentAuth() auth: Auth): object {
      return { subject: auth.subject }
    }
  }

  @Module({ controllers: [ProfileController] })
  class AppModule {}

  return NestFactory.create(AppModule, { logger: false })
}
