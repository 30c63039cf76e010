import { getAuth, guard } from '../../../lib/auth'

interface Context {
  readonly params: Promise<{ readonly id: string }>
}

// In `app/orders/[id]/route.ts`. Next.js gives the request and, after it, the parameters.
export const GET = guard(
  async (request: Request, { params }: Context) => {
    const { id } = await params
    return Response.json({ order: id, of: getAuth(request).subject })
  },
  { scope: 'orders:read' },
)

export const DELETE = guard(() => new Response(null, { status: 204 }), { role: 'admin' })
