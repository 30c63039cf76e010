import express from 'express'
import { createAuth, getAuth } from 'tollgate/express'

const { requireAuth } = createAuth({
  issuer: 'https://login.example.com', // whose tokens you accept, exactly as in their `iss`
  audience: 'https://api.example.com', // your API, as the tokens name it in their `aud`
})

const app = express()
app.get('/me', requireAuth(), (req, res) => {
  res.json({ id: getAuth(req).subject })
})
app.get('/orders', requireAuth({ scope: 'orders:read' }), (req, res) => {
  res.json({ orders: [], of: getAuth(req).subject })
})
app.listen(3000)
