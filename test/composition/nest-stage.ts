import 'reflect-metadata'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { INestApplication, ModuleMetadata } from '@nestjs/common'
import { Module } from '@nestjs/common'
import type { AbstractHttpAdapter } from '@nestjs/core'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import type { FastifyInstance } from 'fastify'

export type Platform = 'Express' | 'Fastify'
export const platforms: readonly Platform[] = ['Express', 'Fastify']

export interface NestSetup extends ModuleMetadata {
  /** What an app does before it starts. */
  readonly before?: (app: INestApplication) => void
  /** Options of the server of Fastify. */
  readonly fastify?: ConstructorParameters<typeof FastifyAdapter>[0]
}

/** An app of Nest that has started, and the listener by which a server of Node calls it. */
export async function startNest(
  platform: Platform,
  { before, fastify, ...metadata }: NestSetup,
): Promise<{ app: INestApplication; listener: RequestListener }> {
  @Module(metadata)
  class App {}
  const adapter: AbstractHttpAdapter =
    platform === 'Express' ? new ExpressAdapter() : new FastifyAdapter(fastify)
  const app = await NestFactory.create(App, adapter, { logger: false, abortOnError: false })
  before?.(app)
  await app.init()
  if (platform === 'Express') return { app, listener: app.getHttpAdapter().getInstance() }
  const server: FastifyInstance = app.getHttpAdapter().getInstance()
  await server.ready()
  const listener = (req: IncomingMessage, res: ServerResponse) => server.routing(req, res)
  return { app, listener }
}
