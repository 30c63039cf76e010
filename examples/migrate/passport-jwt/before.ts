import type { Express } from 'express'
import express from 'express'
import jwksRsa from 'jwks-rsa'
import { Passport } from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'

interface User {
  id: string
  email: string
  scopes: string[]
}

export function createApp({
  issuer = 'https://login.example.com',
  audience = 'https://api.example.com',
  jwksUri = 'https://login.example.com/jwks.json',
} = {}): Express {
  const passport = new Passport()
  const strategy = new Strategy(
    {
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri, cache: true }),
      algorithms: ['RS256'],
      issuer,
      audience,
    },
    ({ sub, email, scope = '' }, done) => {
      const user: User = { id: sub, email, scopes: scope.split(' ') }
      done(null, user)
    },
  )
  passport.use(strategy)

  const app = express()
  app.use(passport.authenticate('jwt', { session: false }))
  app.get('/me', (req, res) => {
    const { id, email } = req.user as User
    res.json({ id, email })
  })
  app.get('/orders', (req, res) => {
    const { scopes } = req.user as User
    if (!scopes.includes('orders:read')) return void res.sendStatus(403)
    res.json({ orders: [] })
  })

  return app
}
