import { readFileSync } from 'node:fs'

/**
 * What a program imports to guard an API, in addition to the framework, which it imports anyway.
 */
export function entries(): Readonly<Record<string, readonly string[]>> {
  return {
    ...Object.fromEntries(adapters().map((adapter) => [adapter, [adapter]])),
    jose: ['jose'],
    'fast-jwt': ['fast-jwt'],
    'fast-jwt + get-jwks': ['fast-jwt', 'get-jwks'],
    jsonwebtoken: ['jsonwebtoken'],
    'aws-jwt-verify': ['aws-jwt-verify'],
    'express-oauth2-jwt-bearer': ['express-oauth2-jwt-bearer'],
    'express-jwt + jwks-rsa': ['express-jwt', 'jwks-rsa'],
    'koa-jwt + jwks-rsa': ['koa-jwt', 'jwks-rsa'],
  }
}

/** Every entry of the package, except package.json. */
function adapters(): readonly string[] {
  const file = new URL('../node_modules/tollgate/package.json', import.meta.url)
  const { exports } = JSON.parse(readFileSync(file, 'utf8')) as { exports: Record<string, unknown> }
  return Object.keys(exports)
    .filter((path) => !path.endsWith('.json'))
    .map((path) => path.replace('.', 'tollgate'))
}
