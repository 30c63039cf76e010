import type { AuthOptions } from 'tollgate/express'
import { supabase } from 'tollgate/issuers'

/** A project at Supabase, by its id. */
export const behindSupabase = {
  issuer: supabase({ project: 'abcdefghijklmnopqrst' }),
} satisfies AuthOptions

/** A project with a custom domain, or a Supabase of your own. */
export const behindSupabaseOfYourOwn = {
  issuer: supabase({ url: 'https://supabase.acme.com' }),
} satisfies AuthOptions
