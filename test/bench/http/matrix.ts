/**
 * Which guards are measured in which framework. The others are compared with the app without a
 * guard.
 */
export const matrix = {
  express: [
    'bare',
    'tollgate',
    'jose',
    'jose-map',
    'fast-jwt',
    'express-oauth2-jwt-bearer',
    'express-jwt',
  ],
  koa: ['bare', 'tollgate', 'jose', 'jose-map', 'koa-jwt'],
  fastify: ['bare', 'tollgate', 'jose'],
  hono: ['bare', 'tollgate', 'jose'],
  node: ['bare', 'tollgate', 'jose', 'jose-map', 'fast-jwt'],
} as const

export type Framework = keyof typeof matrix
export type GuardName = (typeof matrix)[Framework][number]

export const frameworkTitles: Readonly<Record<Framework, string>> = {
  express: 'Express 5',
  koa: 'Koa 3',
  fastify: 'Fastify 5',
  hono: 'Hono 4 on @hono/node-server',
  node: 'node:http',
}

export const guardTitles: Readonly<Record<GuardName, string>> = {
  bare: 'no guard',
  tollgate: 'tollgate',
  jose: 'jose, middleware by hand',
  'jose-map': 'jose and a Map by SHA-256, the least that caches',
  'fast-jwt': 'fast-jwt with its cache and get-jwks, middleware by hand',
  'express-oauth2-jwt-bearer': 'express-oauth2-jwt-bearer',
  'express-jwt': 'express-jwt + jwks-rsa',
  'koa-jwt': 'koa-jwt + jwks-rsa',
}
