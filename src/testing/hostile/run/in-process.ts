import type { Reply } from './connection.ts'
import { failedReply } from './connection.ts'

/**
 * Waits for the reply of an app that is called directly. What it throws, and that it does not answer
 * in time, are replies, too.
 *
 * @param timeout After how many seconds an answer counts as missing.
 */
export function repliesOf(timeout: number): (answer: () => Promise<Reply>) => Promise<Reply> {
  return async (answer) => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<Reply>((resolve) => {
      const hung = failedReply('hung', `no answer within ${timeout} s`)
      timer = setTimeout(() => resolve(hung), timeout * 1000)
    })
    try {
      return await Promise.race([answer(), late])
    } catch (error) {
      return failedReply('broken', `the handler threw ${nameOf(error)}`)
    } finally {
      clearTimeout(timer)
    }
  }
}

/** The name of an error. The message is left out of the report, because it may quote the token. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
