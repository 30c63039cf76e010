import { GraphQLError } from 'graphql'
import type { Auth, AuthRequirements } from 'tollgate'
import { AuthError, assertAuth } from 'tollgate'

/** What resolvers are given: who calls, or undefined for an anonymous caller. */
export interface Context {
  readonly auth: Auth | undefined
}

/**
 * As `assertAuth`, with an error that servers of GraphQL pass on to the client. It says what a route
 * would answer, and no more.
 */
function authorize(
  auth: Auth | undefined,
  requirements: AuthRequirements & { optional?: false } = {},
): asserts auth is Auth {
  try {
    assertAuth(auth, requirements)
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    const { error: code = 'not_signed_in', status } = error
    throw new GraphQLError('refused', { extensions: { code, status } })
  }
}

export const typeDefs: string = /* GraphQL */ `
  type Query {
    news: String!
    orders: [String!]
  }
  type Mutation {
    cancel(id: ID!): String
  }
`

export const resolvers = {
  Query: {
    // A resolver that asks for nothing is open to everyone whom the endpoint lets in.
    news: (): string => 'everything is open today',
    orders(_: unknown, __: unknown, { auth }: Context): string[] {
      authorize(auth, { scope: 'orders:read' })
      // From here on, `auth` is not undefined.
      return [`a lantern of ${auth.subject}`]
    },
  },
  Mutation: {
    cancel(_: unknown, { id }: { id: string }, { auth }: Context): string {
      authorize(auth, { scope: 'orders:write', role: 'clerk' })
      return id
    },
  },
}
