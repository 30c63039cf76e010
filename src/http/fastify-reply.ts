/** The part of a Fastify reply that tells whether it is answered. */
export interface FastifyReplyState {
  readonly sent: boolean
  readonly raw: { readonly headersSent: boolean }
}

/** Whether somebody has answered already, for example a time limit, or has taken the reply over. */
export function isReplied(reply: FastifyReplyState): boolean {
  return reply.sent || reply.raw.headersSent
}

/**
 * Notices that a hook has given Fastify an answer. `reply.sent` says so only later, once every
 * `onSend` hook has run, and until then a second answer would break the first.
 */
export function watchReply(reply: object): () => boolean {
  let given = false
  for (const name of ['send', 'callNotFound'] as const) {
    const method: unknown = Reflect.get(reply, name)
    if (typeof method !== 'function') continue
    const noting = (...values: unknown[]): unknown => {
      given = true
      return method.apply(reply, values)
    }
    Object.assign(reply, { [name]: noting })
  }
  return () => given
}
