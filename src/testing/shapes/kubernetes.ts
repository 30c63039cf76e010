import { kubernetes } from '../../issuers.ts'
import type { Shape } from './shape.ts'

/** The service accounts of one Kubernetes cluster. */
export const kubernetesShape: Shape<never> = {
  url: 'https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE',
  form: /^https?:\/\/[^?#@]+$/,
  at({ url, audience }) {
    const base = url.replace(/\/$/, '')
    return {
      issuer: kubernetes({ issuer: url }),
      keysAt: `${base}/keys`,
      metadata: {
        at: `${base}/.well-known/openid-configuration`,
        says: { response_types_supported: ['id_token'] },
      },
      machine: {
        claims: ({ iat, id }) => ({
          jti: id,
          sub: 'system:serviceaccount:shop:orders',
          aud: [audience].flat(),
          nbf: iat,
          'kubernetes.io': {
            namespace: 'shop',
            pod: { name: 'orders-5d9c', uid: '0d8b260e-ef0e-45fb-be8e-ff44f97722e8' },
            serviceaccount: { name: 'orders', uid: 'e6a8680e-d103-4cce-80ea-03acbbeacf7d' },
          },
        }),
      },
      idToken: {
        // The ID token of somebody who uses the cluster.
        claims: ({ iat }) => ({
          sub: 'ada',
          aud: audience,
          auth_time: iat,
          email: 'ada@example.com',
        }),
      },
    }
  },
}
