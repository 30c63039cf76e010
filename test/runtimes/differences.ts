/**
 * Tests that a runtime cannot pass, and why. They run there nevertheless, and have to fail as
 * stated, so that a difference which disappears is noticed.
 */
export interface Difference {
  readonly runtimes: readonly string[]
  readonly tests: readonly string[]
  /** The error with which they fail. */
  readonly fails: RegExp
  readonly why: string
}

export const differences: readonly Difference[] = [
  {
    runtimes: ['workerd'],
    tests: [
      'T15: hints > a hint is made only when somebody listens, and only for a token that is refused',
      'hints about check > a hint is made only where somebody listens',
    ],
    fails: /expected (1|\[ 403, 1 \]) to (be|deeply equal)/,
    why: "workerd's `debuglog` of node:util always says that it is enabled, whatever NODE_DEBUG is, so that somebody always listens there.",
  },
  {
    runtimes: ['Deno'],
    tests: ['half of it is no list'],
    fails: /promise resolved .* instead of rejecting/,
    why: "Deno's DecompressionStream takes a stream that ends too early for a whole one. The list is signed, so that only its issuer can cut it off; a status that it does not hold refuses the token.",
  },
  {
    runtimes: ['Bun'],
    tests: [
      "faults over HTTP > over HTTP, the fault 'refuse' makes fetch fail",
      "faults over HTTP > over HTTP, the fault 'dnsFailure' makes fetch fail",
      "faults over HTTP > over HTTP, the fault 'reset' makes fetch fail",
      'faults over HTTP > over HTTP, reset with a number of bytes breaks the body',
      'close > close ends open connections, and may be called twice',
      'close > await using closes a served issuer at the end of the block',
    ],
    fails: /but got 'ECONN(RESET|REFUSED): /,
    why: "Bun's fetch words a broken connection in its own way. The library never reads the words: it says `no connection`.",
  },
  {
    runtimes: ['Bun'],
    tests: ['targets > a server with TLS and a self-signed certificate can be the target'],
    fails: /the connection broke: ECONNRESET/,
    why: "Bun's node:https client ends the connection to a server whose certificate nobody signed, allowed or not: attack a server on http, or a fetch handler.",
  },
  {
    runtimes: ['Bun'],
    tests: [
      "a request that other code has changed in 'Express 4' > Express 4 reads past names and values in rawHeaders that are no text and belong to other headers",
      "a request that other code has changed in 'Express 5' > Express 5 reads past names and values in rawHeaders that are no text and belong to other headers",
      "a request that other code has changed in 'Koa 2' > Koa 2 reads past names and values in rawHeaders that are no text and belong to other headers",
      "a request that other code has changed in 'Koa 3' > Koa 3 reads past names and values in rawHeaders that are no text and belong to other headers",
      "a request that other code has changed in 'Nest 11 on Express' > Nest 11 on Express reads past names and values in rawHeaders that are no text and belong to other headers",
      "a request that other code has changed in 'Nest 11 on Express, catching all' > Nest 11 on Express, catching all reads past names and values in rawHeaders that are no text and belong to other headers",
      "a request that other code has changed in 'node:http' > node:http reads past names and values in rawHeaders that are no text and belong to other headers",
    ],
    fails: /expected \[ 401, 200 \] to deeply equal \[ 200, 200 \]/,
    why: 'Bun makes `headers` and `rawHeaders` when one of them is first read, and leaves `headers` empty where other code has defined `rawHeaders` before. The request then has no token.',
  },
  {
    runtimes: ['Deno'],
    tests: ['faults over HTTP > over HTTP, reset with a number of bytes breaks the body'],
    fails: /but got 'error reading a body from connection'/,
    why: "Deno's fetch words a broken connection in its own way. The library never reads the words: it says `no connection`.",
  },
  {
    runtimes: ['Deno'],
    tests: [
      'a served issuer > a served issuer answers 404 to other paths, whatever they look like',
    ],
    fails: /timed out|STACK_TRACE_ERROR/,
    why: "Deno's server closes without an answer when the client half-closes behind its request, or sends a malformed one.",
  },
  {
    runtimes: ['Deno'],
    tests: [
      'side effects > a run fails if a token changes Object.prototype, and the change is undone',
    ],
    fails: /expected true to be false/,
    why: 'Deno has no setter `Object.prototype.__proto__`: the careless merge of the test pollutes nothing there.',
  },
  {
    runtimes: ['Deno'],
    tests: [
      'a claim named __proto__ > no token is accepted when a claims schema makes a claim named __proto__ the prototype of its output',
    ],
    fails: /the token was accepted/,
    why: 'Deno has no setter `Object.prototype.__proto__`: the schema of the test makes an ordinary member of it, which is harmless.',
  },
  {
    runtimes: ['workerd'],
    tests: [
      'redirects > a redirect is returned with redirect manual, and rejects with redirect error',
    ],
    fails: /Invalid redirect value/,
    why: "workerd refuses `redirect: 'error'`. The library asks with `redirect: 'manual'`.",
  },
]
