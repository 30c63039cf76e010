import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import supertest from 'supertest'
import type { AuthError, VerifierOptions } from 'tollgate'
import type { TestIssuer } from 'tollgate/testing'
import { faults } from 'tollgate/testing'
import { describe, expect, it } from 'vitest'

export type App = Parameters<typeof supertest>[0]

/** A request to both apps. Default: `GET /me` with a good token. */
export interface Sent {
  readonly method?: 'get' | 'options' | 'delete'
  readonly path?: string
  /** Made when it is sent, because what a token is worth depends on the time. */
  readonly token?: () => string
  /** What is in front of the token ('Bearer '). */
  readonly scheme?: string
  readonly query?: () => Readonly<Record<string, string>>
  /** Replaces the header Authorization with the token. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Options of `createAuth` that replace those of the app. */
export interface Changes
  extends Partial<Pick<VerifierOptions, 'issuer' | 'profile' | 'clockTolerance'>> {
  readonly onRefused?: (error: AuthError) => void
}

/** A row of a page: a request that the two apps do not decide alike. */
export interface Decision extends Sent {
  /** What the page names to have it decided as before. Default: nothing. */
  readonly by?: string
  readonly options?: Changes
}

export interface Migration {
  /** The name of the page in docs/migrate. */
  readonly page: string
  readonly issuer: TestIssuer
  /** Makes the good token of requests that name none. Default: `mint` of the issuer. */
  mint?(): string
  before(): App
  after(changes: Changes): App
  /** Requests that both apps answer with 200 and the same body. */
  readonly alike: Readonly<Record<string, Sent>>
  /** Requests whose answers differ for clients. Each is a row of the page. */
  readonly answers: Readonly<Record<string, Sent>>
  /** Tokens that are decided differently. Each is a row of the page. */
  readonly decisions: Readonly<Record<string, Decision>>
}

const folder = join(import.meta.dirname, '..', '..', 'docs', 'migrate')

/** Holds a page to what its two apps do: each row of its tables is written from real answers. */
export function describeMigration(migration: Migration): void {
  const { page, issuer, alike, answers, decisions } = migration
  const text = readFileSync(join(folder, `${page}.md`), 'utf8')
  const apps = { before: migration.before(), after: migration.after({}) }
  const { mint = issuer.mint } = migration
  const ask = (app: App, sent: Sent): supertest.Test => send(app, { token: () => mint(), ...sent })

  describe(`docs/migrate/${page}.md`, () => {
    it.each(Object.entries(alike))('both answer alike: %s', async (_, sent) => {
      const [before, after] = await Promise.all([ask(apps.before, sent), ask(apps.after, sent)])
      expect(before.status).toBe(200)
      expect([after.status, after.body]).toEqual([before.status, before.body])
    })

    it.each(Object.entries(answers))('what clients notice: %s', async (what, sent) => {
      const [before, after] = await Promise.all([ask(apps.before, sent), ask(apps.after, sent)])
      expect(rowsOf(text, 'What clients notice')).toContain(row(what, cell(before), cell(after)))
    })

    it('what clients notice: the issuer is down', async () => {
      const answers = await issuer.during('*', faults.status(503), () =>
        Promise.all([ask(migration.before(), {}), ask(migration.after({}), {})]),
      )
      const cells = answers.map(cell)
      expect(rowsOf(text, 'What clients notice')).toContain(row('the issuer is down', ...cells))
    })

    it.each(Object.entries(decisions))(
      'what is decided differently: %s',
      async (what, decision) => {
        const { by = 'nothing', options } = decision
        const before = await ask(apps.before, decision)
        const reasons: string[] = []
        const onRefused = ({ reason }: AuthError): void => void reasons.push(reason)
        const after = await ask(migration.after({ onRefused }), decision)
        const cells = [
          verdict(before),
          [verdict(after), ...reasons.map((one) => `\`${one}\``)].join(' '),
        ]
        expect(rowsOf(text, 'What is decided differently')).toContain(row(what, ...cells, by))
        expect(after.status).not.toBe(before.status)

        // `by` has it decided as before; nothing else does, however much is allowed.
        const loose: Changes = { profile: 'jwt', clockTolerance: 300 }
        const changed = await ask(migration.after(options ?? loose), decision)
        expect(changed.status).toBe(options === undefined ? after.status : before.status)
      },
    )

    it('every row of the tables is one of these requests', () => {
      const noticed = [...Object.keys(answers), 'the issuer is down']
      expect(rowsOf(text, 'What clients notice').map(titleOf)).toEqual(noticed)
      expect(rowsOf(text, 'What is decided differently').map(titleOf)).toEqual(
        Object.keys(decisions),
      )
    })
  })
}

function send(app: App, sent: Sent & Required<Pick<Sent, 'token'>>): supertest.Test {
  const { method = 'get', path = '/me', token, scheme = 'Bearer ' } = sent
  const headers = sent.headers ?? { authorization: `${scheme}${token()}` }
  return supertest(app)
    [method](path)
    .query(sent.query?.() ?? {})
    .set(headers)
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`
const titleOf = (line: string): string | undefined => line.split(' | ')[0]?.slice(2)

/** The rows of the table in a section, without its head. */
function rowsOf(page: string, section: string): readonly string[] {
  const [, rest = ''] = page.split(`\n## ${section}\n`)
  const [body = ''] = rest.split('\n## ')
  return body
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(1)
}

/** An answer in the words of the pages. */
function cell({ status, headers, text }: supertest.Response): string {
  const challenge = shortChallenge(headers['www-authenticate'])
  return [
    headers['retry-after'] === undefined ? `${status}` : `${status} with \`Retry-After\``,
    challenge === undefined ? 'no challenge' : `\`${challenge}\``,
    bodyOf(headers['content-type'], text),
  ].join(', ')
}

/** The schemes of a challenge with `error` and `scope`, without what is constant or long. */
function shortChallenge(challenge: string | undefined): string | undefined {
  return challenge
    ?.replaceAll(/\berror_description="[^"]*"/g, '')
    .match(/\b(?:Bearer|DPoP)\b|\b(?:error|scope)="[^"]*"/g)
    ?.join(' ')
}

function bodyOf(type: string | undefined, text: string): string {
  if (type?.startsWith('application/problem+json')) return 'problem+json'
  if (type?.startsWith('application/json')) return 'JSON'
  if (type?.startsWith('text/html')) return 'HTML'
  return text === '' ? 'empty' : 'text'
}

/** The status, after a look that 200 does not stand over an error. */
function verdict({ status, body }: supertest.Response): string {
  if (status === 200) expect(body).not.toHaveProperty('code')
  return `${status}`
}
