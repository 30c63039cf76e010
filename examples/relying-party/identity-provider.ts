import type { RequestListener } from 'node:http'
import express from 'express'
import { exportJWK, generateKeyPair } from 'jose'
import { Provider } from 'oidc-provider'
import { Html, html, page, pageHeaders } from './html.ts'
import { style } from './style.ts'

/** Where everything is, and who is whose client. */
export interface Setting {
  /** The issuer: the third party that everybody here trusts. */
  readonly issuer: string
  /** The API, as a resource that access tokens are for (RFC 8707). */
  readonly api: string
  /** The page, as a client of the issuer. */
  readonly web: string
  readonly client: { readonly id: string; readonly secret: string }
}

/** The accounts. A real identity provider keeps no passwords, only what they can be checked by. */
const accounts: Readonly<Record<string, { password: string; name: string; email: string }>> = {
  alice: { password: 'lantern', name: 'Alice Liddell', email: 'alice@example.com' },
  bob: { password: 'bridge', name: 'Bob Builder', email: 'bob@example.com' },
}

/**
 * An identity provider: oidc-provider with a login page of its own. In production this is Authgear,
 * Auth0, Keycloak or another, and nothing of it is in your repository.
 */
export async function createIdentityProvider(setting: Setting): Promise<RequestListener> {
  const { issuer, api, web, client } = setting
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'key-1', use: 'sig', alg: 'RS256' }
  const provider = new Provider(issuer, {
    jwks: { keys: [key] },
    cookies: { keys: [crypto.randomUUID()] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${web}/callback`],
        post_logout_redirect_uris: [`${web}/signed-out`],
        // Called when a session ends, with the session in it.
        backchannel_logout_uri: `${api}/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    pkce: { required: () => true },
    scopes: ['openid', 'profile', 'email'],
    claims: {
      openid: ['sub', 'amr'],
      profile: ['name'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        name: accounts[id]?.name,
        email: accounts[id]?.email,
        email_verified: true,
      }),
    }),
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource, postLogoutSuccessSource },
      // A client learns about its own tokens alone, so that it may trust what it is told.
      introspection: {
        enabled: true,
        allowedPolicy: (
          _context: unknown,
          caller: { clientId: string },
          token: { clientId: string },
        ) => caller.clientId === token.clientId,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => undefined,
        getResourceServerInfo: () => ({
          audience: api,
          scope: 'orders:read orders:write',
          accessTokenFormat: 'jwt',
          accessTokenTTL: 3600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    issueRefreshToken: () => true,
    // Access tokens name the session, so that its end can be told of them, too.
    extraTokenClaims: (_context: unknown, { sid }: { sid?: string }) => ({ sid }),
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    loadExistingGrant: (context: GrantContext) => grantReading(context, api),
    renderError,
    // The fetch of oidc-provider refuses to call this machine.
    fetch: (to: string, { dispatcher: _, ...init }: RequestInit & { dispatcher?: unknown }) =>
      fetch(to, init),
  })

  const app = express()
  app.use((_req, res, next) => {
    res.set(pageHeaders([web]))
    next()
  })
  app.get('/style.css', (_req, res) => {
    res.type('css').send(style)
  })
  app.get('/interaction/:uid', (_req, res) => {
    res.send(loginPage(web))
  })
  app.post('/interaction/:uid', express.urlencoded(), async (req, res) => {
    const { user, password, cancel } = req.body as Record<string, unknown>
    if (cancel !== undefined) {
      return provider.interactionFinished(req, res, { error: 'access_denied' })
    }
    const name = String(user)
    const account = Object.hasOwn(accounts, name) ? accounts[name] : undefined
    if (account === undefined || account.password !== password) {
      return void res.status(401).send(loginPage(web, name))
    }
    // How the user was verified: it becomes the claim `amr`.
    await provider.interactionFinished(req, res, { login: { accountId: name, amr: ['pwd'] } })
  })
  app.use(provider.callback())
  return app
}

function loginPage(web: string, failed?: string): string {
  return page(
    'Sign in',
    html`<main class="card narrow">
<h1>Sign in</h1>
<p class="quiet">You are at the identity provider. <code>${web}</code> asks it who you are, and never sees your password.</p>
${failed === undefined ? html`` : html`<p class="bad" role="alert">The name or the password is wrong.</p>`}
<form method="post">
<label for="user">Name</label>
<input id="user" name="user" value="${failed ?? 'alice'}" autocomplete="username" required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
<p class="quiet">This is a demonstration: alice has the password <code>lantern</code>, bob <code>bridge</code>.</p>
<div class="row"><button>Sign in</button><button class="second" name="cancel" value="yes" formnovalidate>Cancel</button></div>
</form>
</main>`,
  )
}

/** Asks whether the user wants to sign out. The form that it is given holds a secret of the session. */
function logoutSource(context: { body: string }, form: string): void {
  context.body = page(
    'Sign out',
    html`<main class="card narrow">
<h1>Sign out?</h1>
<p class="quiet">You are at the identity provider. It ends your session, and tells the API that it has ended.</p>
${new Html(form)}
<div class="row">
<button form="op.logoutForm" name="logout" value="yes" autofocus>Sign out</button>
<button form="op.logoutForm" class="second">Only out of that page</button>
</div>
</main>`,
  )
}

/** For whoever has signed out here, without a page to go back to. */
function postLogoutSuccessSource(context: { body: string }): void {
  context.body = page(
    'Signed out',
    html`<main class="card narrow"><h1>You have signed out</h1><p class="quiet">You are at the identity provider.</p></main>`,
  )
}

function renderError(
  context: { type: string; body: string },
  { error, error_description }: Readonly<Record<string, string>>,
): void {
  context.type = 'html'
  context.body = page(
    'That did not work',
    html`<main class="card narrow"><h1>That did not work</h1><p>${error}: ${error_description}</p></main>`,
  )
}

interface GrantContext {
  readonly oidc: {
    readonly client: { readonly clientId: string }
    readonly session: { readonly accountId: string }
    readonly provider: {
      readonly Grant: new (
        of: object,
      ) => {
        addOIDCScope(scope: string): void
        addResourceScope(resource: string, scope: string): void
        save(): Promise<string>
      }
    }
  }
}

/** The page belongs to the same company, so nobody is asked for consent. Orders are read only. */
async function grantReading({ oidc }: GrantContext, api: string): Promise<object> {
  const { client, session } = oidc
  const grant = new oidc.provider.Grant({
    clientId: client.clientId,
    accountId: session.accountId,
  })
  grant.addOIDCScope('openid profile email')
  grant.addResourceScope(api, 'orders:read')
  await grant.save()
  return grant
}
