import type { Express } from 'express'
import express from 'express'
import { decodeProtectedHeader, importSPKI, jwtVerify } from 'jose'
import jwksRsa from 'jwks-rsa'

/** Asks Authgear where the keys of a project are. */
async function findKeys(endpoint: string): Promise<string> {
  const answer = await fetch(`${endpoint}/.well-known/openid-configuration`)
  const { jwks_uri } = (await answer.json()) as { jwks_uri: string }
  return jwks_uri
}

export function createApp(endpoint = 'https://my-project.authgear.cloud'): Express {
  const app = express()

  app.get('/me', async (req, res) => {
    const { authorization } = req.headers
    if (authorization === undefined) return void res.send('There is no header')
    const token = authorization.split(' ')[1] ?? ''

    const { kid } = decodeProtectedHeader(token)
    const client = jwksRsa({ jwksUri: await findKeys(endpoint) })
    const key = await client.getSigningKey(kid)

    try {
      const publicKey = await importSPKI(key.getPublicKey(), 'RS256')
      const { payload } = await jwtVerify(token, publicKey, { algorithms: ['RS256'] })
      res.json({ id: payload.sub })
    } catch (error) {
      res.send(error)
    }
  })

  return app
}
