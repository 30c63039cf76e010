import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Express } from 'express'
import express from 'express'
import type { FetchLike, VerifierOptions } from 'tollgate'
import { createAuth, getAuth } from 'tollgate/express'
import { kubernetes } from 'tollgate/issuers'
import { Agent, fetch } from 'undici'

/** Where a pod finds the token of its service account, and the authority of its cluster. */
const mounted = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Fetches as this pod: with its own token, and with the authority of the cluster alone. */
function asPod(folder: string): FetchLike {
  const dispatcher = new Agent({ connect: { ca: readFileSync(`${folder}/ca.crt`) } })
  return async (url, init) => {
    // Read each time: the token is renewed in the file.
    const token = (await readFile(`${folder}/token`, 'utf8')).trim()
    const headers = { ...init.headers, authorization: `Bearer ${token}` }
    return fetch(url, { ...init, headers, dispatcher })
  }
}

/** For an API that other pods of the same cluster call. */
export function insideCluster({
  issuer = 'https://kubernetes.default.svc.cluster.local',
  apiServer = 'https://kubernetes.default.svc',
  folder = mounted,
} = {}): VerifierOptions {
  return {
    // The keys by the address inside the cluster: what the metadata name may be reached from outside
    // alone.
    issuer: {
      ...kubernetes({ issuer, jwksUri: `${apiServer}/openid/v1/jwks` }),
      // Only for this issuer: the token of the pod is nobody else's business.
      fetch: asPod(folder),
    },
    audience: 'https://orders.shop.svc',
  }
}

/** Any pod can have a good token for this API. These may use it. */
const callers = ['system:serviceaccount:shop:web', 'system:serviceaccount:shop:worker']

export function createApp(options: VerifierOptions): Express {
  const { requireAuth } = createAuth(options)
  const app = express()
  app.use(requireAuth({ check: ({ subject }) => callers.includes(subject) }))
  app.get('/orders', (req, res) => {
    res.json({ ordersFor: getAuth(req).subject })
  })
  return app
}
