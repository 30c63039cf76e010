import { ApolloServer } from '@apollo/server'
import { expressMiddleware } from '@as-integrations/express5'
import type { Express } from 'express'
import express from 'express'
import type { AuthOptions } from 'tollgate/express'
import { createAuth } from 'tollgate/express'
import type { Context } from './graphql-schema.ts'
import { resolvers, typeDefs } from './graphql-schema.ts'

/** Apollo Server in Express. */
export async function createApp(options: AuthOptions): Promise<Express> {
  const { requireAuth, getAuth } = createAuth(options)
  const apollo = new ApolloServer<Context>({
    typeDefs,
    resolvers,
    includeStacktraceInErrorResponses: false,
  })
  await apollo.start()
  const app = express()
  app.use(
    '/graphql',
    // Before the body is read: a wrong token is refused at once.
    requireAuth({ optional: true }),
    express.json(),
    expressMiddleware(apollo, {
      context: async ({ req }) => ({ auth: getAuth(req, { optional: true }) }),
    }),
  )
  return app
}
