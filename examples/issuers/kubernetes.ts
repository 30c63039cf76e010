import { readFile } from 'node:fs/promises'
import type { AuthOptions, FetchLike } from 'tollgate/express'
import { kubernetes } from 'tollgate/issuers'

/** A cluster whose keys anybody may fetch, such as one of EKS, AKS or GKE. */
export const behindKubernetes = {
  issuer: kubernetes({ issuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC123' }),
  audience: 'https://api.acme.com',
} satisfies AuthOptions

/** Fetches as the service account of this pod. Its token is renewed in the file. */
export function asPod(mounted = '/var/run/secrets/kubernetes.io/serviceaccount'): FetchLike {
  return async (url, init) => {
    const token = await readFile(`${mounted}/token`, 'utf8')
    const authorization = `Bearer ${token.trim()}`
    return fetch(url, { ...init, headers: { ...init.headers, authorization } })
  }
}

/** Inside a cluster whose API server gives its keys to service accounts alone. */
export const insideKubernetes = {
  issuer: {
    ...kubernetes({
      issuer: 'https://kubernetes.default.svc.cluster.local',
      jwksUri: 'https://kubernetes.default.svc/openid/v1/jwks',
    }),
    fetch: asPod(),
  },
  audience: 'https://api.acme.com',
} satisfies AuthOptions
