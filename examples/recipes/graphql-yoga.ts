import { createSchema, createYoga } from 'graphql-yoga'
import type { AuthOptions } from 'tollgate/fetch'
import { createAuth } from 'tollgate/fetch'
import type { Context } from './graphql-schema.ts'
import { resolvers, typeDefs } from './graphql-schema.ts'

/** GraphQL Yoga, as a fetch handler. */
export function createHandler(options: AuthOptions): (request: Request) => Promise<Response> {
  const { guard, getAuth } = createAuth(options)
  const yoga = createYoga<Context>({
    schema: createSchema<Context>({ typeDefs, resolvers }),
  })
  // A caller may be anonymous, and a wrong token is refused before GraphQL sees the request.
  return guard((request) => yoga.fetch(request, { auth: getAuth(request, { optional: true }) }), {
    optional: true,
  })
}
