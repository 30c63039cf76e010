import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import Koa2 from 'koa2'
import type { Adapter, AdapterSetup } from './adapter.ts'
import { expressListener } from './express.ts'
import { fastifyListener } from './fastify.ts'
import { honoHandler } from './hono.ts'
import { koaListener } from './koa.ts'
import { nestListener, nestOnExpress, nestOnFastify } from './nest.ts'
import { nodeListener } from './node.ts'
import { overHttp } from './over-http.ts'
import { overHttp2 } from './over-http2.ts'
import { overInject } from './over-inject.ts'
import { overLambda } from './over-lambda.ts'
import { portableAdapters } from './portable.ts'

type Listener = (setup: AdapterSetup) => RequestListener | Promise<RequestListener>

const express4Listener = expressListener(express4 as unknown as typeof express)
const express5Listener = expressListener(express)
const koa2Listener = koaListener(Koa2 as unknown as typeof Koa)
const koa3Listener = koaListener(Koa)
const fastify5Listener = fastifyListener('preHandler')
const nestOnExpressListener = nestListener(nestOnExpress)
const nestOnFastifyListener = nestListener(nestOnFastify)

function served(name: string, listener: Listener): Adapter {
  return { name, listener, open: async (setup) => overHttp(await listener(setup)) }
}

/** Every framework in every supported major version. */
export const adapters: readonly Adapter[] = [
  served('Express 4', express4Listener),
  served('Express 5', express5Listener),
  served('Koa 2', koa2Listener),
  served('Koa 3', koa3Listener),
  served('Fastify 5', fastify5Listener),
  served('Fastify 5 plugin', fastifyListener('plugin')),
  served('Nest 11 on Express', nestOnExpressListener),
  served('Nest 11 on Express, catching all', nestListener(nestOnExpress, 'catching all')),
  served('Nest 11 on Fastify', nestOnFastifyListener),
  served('Nest 11 on Fastify, catching all', nestListener(nestOnFastify, 'catching all')),
  served('Hono 4 on Node', (setup) => getRequestListener(honoHandler(setup))),
  served('node:http', nodeListener),
  { name: 'node:http2', open: async (setup) => overHttp2(nodeListener(setup)) },
  ...portableAdapters,
]

/**
 * Adapters that are called without a server, with objects that only resemble the requests of Node.
 */
export const serverlessAdapters: readonly Adapter[] = [
  ...(
    [
      ['Express 4', express4Listener],
      ['Express 5', express5Listener],
      ['Koa 2', koa2Listener],
      ['Koa 3', koa3Listener],
      ['Fastify 5', fastify5Listener],
      ['Nest 11 on Express', nestOnExpressListener],
      ['Nest 11 on Fastify', nestOnFastifyListener],
      ['node:http', nodeListener],
    ] as readonly [string, Listener][]
  ).flatMap(([name, listener]): Adapter[] => [
    {
      name: `${name} behind serverless-http`,
      open: async (setup) => overLambda(await listener(setup)),
    },
    {
      name: `${name} behind light-my-request`,
      open: async (setup) => overInject(await listener(setup)),
    },
  ]),
]
