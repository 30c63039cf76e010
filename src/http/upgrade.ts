import type { Awaitable } from '../core/awaitable.ts'
import type { Refusal } from './challenge.ts'

/** The part of a socket that is used to refuse an upgrade. */
export interface UpgradeSocket {
  on(event: 'error', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
  end(text: string, onSent: () => void): unknown
  destroy(): unknown
}

/**
 * Works while nobody else listens to the socket: Node has taken its own listeners away by the time
 * of the event `upgrade`, and a caller that goes away in between would end the process.
 */
export async function whileHeld<T>(socket: UpgradeSocket, work: () => Awaitable<T>): Promise<T> {
  socket.on('error', ignore)
  try {
    return await work()
  } finally {
    socket.removeListener('error', ignore)
  }
}

function ignore(): void {}

/**
 * Writes the answer to an upgrade that is refused (RFC 6455 section 4.2.2) and closes the
 * connection. Its parts are constant text or checked options, so none can end a line early.
 */
export function answerUpgrade(
  socket: UpgradeSocket,
  { status, headers, body, problem }: Refusal,
): void {
  const lines = [
    `HTTP/1.1 ${status} ${problem.title ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
  ]
  socket.on('error', ignore)
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}
