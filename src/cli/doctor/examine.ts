import { defaultAlgorithms, isPublicKeyAlgorithm } from '../../core/algorithms.ts'
import { knownIssuers } from '../../core/known-issuers.ts'
import { isLoopback } from '../insecure-hosts.ts'
import type { Finding } from './finding.ts'
import { advice, good, wrong } from './finding.ts'
import type { Exchange, Probe } from './probe.ts'
import { keySetIn, metadataIn } from './probe.ts'

/** All that the documents of an issuer show, in the order in which they are read. */
export function examine(probe: Probe): readonly Finding[] {
  return [
    ...examineUrl(probe),
    ...examineMetadata(probe),
    ...examineKeys(probe),
    ...examineAlgorithms(probe),
    ...examineCaching(probe),
    ...examineClock(probe),
    ...examineConfiguration(probe),
  ]
}

function examineUrl({ issuer }: Probe): readonly Finding[] {
  if (!issuer.startsWith('http:')) return []
  const fix = `use https, or for development alone set ${insecureOption(issuer)}`
  return [
    advice('issuer', 'it is asked by http, where anybody in between can replace its keys', fix),
  ]
}

/** The option without which an API asks nothing of an http issuer. */
function insecureOption(issuer: string): string {
  const { hostname } = new URL(issuer)
  return isLoopback(hostname)
    ? 'allowInsecureLoopback: true'
    : `allowInsecureHosts: ['${hostname}']`
}

function examineMetadata(probe: Probe): readonly Finding[] {
  const { issuer, events, exchanges } = probe
  const found = metadataIn(probe)
  const failure = events.find(({ type }) => type === 'metadata.refresh-failed')
  if (failure === undefined || !('error' in failure)) {
    return found === undefined
      ? [wrong('metadata', 'none was read', 'check that the issuer can be reached from here')]
      : [good('metadata', `${found.url} names the issuer exactly as it was given`)]
  }
  const named = found?.body?.['issuer']
  if (typeof named === 'string' && named !== issuer) {
    const fix = `configure issuer: '${named}', if that is the iss of its tokens`
    return [wrong('metadata', failure.error, fix)]
  }
  const fix =
    exchanges.length === 0
      ? 'check the name of the host, the port, and that it can be reached from here'
      : 'check the URL of the issuer. If the document stands elsewhere, give metadataUrl or jwksUri'
  return [wrong('metadata', failure.error, fix)]
}

function examineKeys(probe: Probe): readonly Finding[] {
  const { events } = probe
  const findings: Finding[] = []
  for (const event of events) {
    if (event.type === 'keys.refreshed') findings.push(good('keys', `${event.keys} can be used`))
    // What the metadata lacks has been told already.
    if (event.type === 'keys.refresh-failed' && keySetAsked(probe)) {
      findings.push(wrong('keys', event.error, 'have the issuer publish a JWK Set at its jwks_uri'))
    }
  }
  return [...findings, ...ignoredKeys(probe), ...namesOfKeys(keySetIn(probe))]
}

function keySetAsked(probe: Probe): boolean {
  const uri = metadataIn(probe)?.body?.['jwks_uri']
  return probe.exchanges.some(({ url }) => url === uri)
}

/** The keys that are not used, by the reason. */
function ignoredKeys({ events }: Probe): readonly Finding[] {
  const ignored = events.filter((event) => event.type === 'keys.ignored')
  const reasons = [...new Set(ignored.map(({ why }) => why))]
  return reasons.map((why) => {
    const says = `${ignored.filter((one) => one.why === why).length} not used: ${why}`
    return /private or symmetric/.test(why)
      ? wrong('keys', says, 'have the issuer take it out at once, and sign with a new key')
      : advice('keys', says, 'nothing, unless access tokens are signed with it')
  })
}

function namesOfKeys(keySet: Exchange | undefined): readonly Finding[] {
  const keys = keysOf(keySet)
  const kids = keys.map(({ kid }) => kid)
  if (keys.length > 1 && kids.includes(undefined)) {
    const fix = 'have the issuer name its keys (kid): without, each token costs several attempts'
    return [advice('keys', 'some have no kid', fix)]
  }
  if (new Set(kids).size < kids.length) {
    return [advice('keys', 'two have the same kid', 'have the issuer give each its own')]
  }
  return []
}

type Members = Readonly<Record<string, unknown>>

function keysOf(keySet: Exchange | undefined): readonly Members[] {
  const { keys } = (keySet?.body ?? {}) as { keys?: readonly unknown[] }
  return (keys ?? []).filter((key) => typeof key === 'object' && key !== null) as Members[]
}

function examineAlgorithms(probe: Probe): readonly Finding[] {
  const named = [...new Set(keysOf(keySetIn(probe)).map(({ alg }) => alg))].filter(
    isPublicKeyAlgorithm,
  )
  const extra = named.filter((alg) => !defaultAlgorithms.includes(alg))
  const offered = metadataIn(probe)?.body?.['id_token_signing_alg_values_supported']
  const weak = [offered].flat().filter((alg) => typeof alg === 'string' && /^(none|HS)/i.test(alg))
  return [
    ...(named.length > extra.length
      ? [good('algorithms', `${named.join(', ')}, which its keys name`)]
      : []),
    ...(extra.length > 0
      ? [
          advice(
            'algorithms',
            `${extra.join(', ')} is not allowed by default`,
            `if access tokens are signed so, set algorithms: ${listOf(extra)}`,
          ),
        ]
      : []),
    ...(weak.length > 0
      ? [
          advice(
            'algorithms',
            `the issuer offers ${weak.join(', ')} for ID tokens`,
            'nothing: such tokens are never accepted. Turn it off at the issuer if nobody needs it',
          ),
        ]
      : []),
  ]
}

function listOf(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`
}

function examineCaching(probe: Probe): readonly Finding[] {
  const keySet = keySetIn(probe)
  if (keySet === undefined) return []
  const header = keySet.headers.get('cache-control')
  if (header === null) {
    return [good('caching', 'the keys have no Cache-Control: they are kept for keys.maxAge, 600 s')]
  }
  const shown = `the keys have Cache-Control: ${header}`
  const seconds = /no-(store|cache)/i.test(header)
    ? 0
    : Number(/max-age\s*=\s*"?(\d{1,9})/i.exec(header)?.[1] ?? 600)
  if (seconds >= 60) {
    return [good('caching', `${shown}: they are kept for ${Math.min(seconds, 600)} s`)]
  }
  const fix = 'have the issuer allow some minutes, so that it is asked less often'
  return [advice('caching', `${shown}: they are kept for 60 s, the shortest time`, fix)]
}

function examineClock(probe: Probe): readonly Finding[] {
  const { headers, sentAt, receivedAt } = keySetIn(probe) ?? metadataIn(probe) ?? {}
  if (headers === undefined || sentAt === undefined || receivedAt === undefined) return []
  const date = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(date)) {
    return [advice('clock', 'its answers have no Date', 'compare the clocks by hand')]
  }
  // A Date is cut to whole seconds, and was written somewhere between question and answer.
  const early = sentAt - 1000 - date
  const late = date - receivedAt
  const apart = Math.ceil(Math.max(0, early, late) / 1000)
  const direction = early > 0 ? 'behind' : 'ahead of'
  if (apart <= 2) return [good('clock', 'it agrees with the clock of this machine')]
  const says = `it is ${apart} s ${direction} the clock of this machine`
  const fix = 'set the clock that is wrong: by default, tokens are given 10 s (clockTolerance)'
  return [apart > 10 ? wrong('clock', says, fix) : advice('clock', says, fix)]
}

/** What to copy. Of an issuer that did not answer, nothing is known that is good. */
function examineConfiguration({ issuer, exchanges }: Probe): readonly Finding[] {
  const known = knownIssuers.find(({ iss }) => iss.test(issuer))
  if (known === undefined) {
    if (exchanges.length === 0) return []
    const insecure = issuer.startsWith('http:') ? `, ${insecureOption(issuer)}` : ''
    const options = `issuer: '${issuer}', audience: 'your API'${insecure}`
    return [good('configuration', `createAuth({ ${options} })`)]
  }
  const { preset, namesAudience } = known
  const audience = namesAudience ? '' : ", audience: 'your API'"
  return [
    advice(
      'configuration',
      'tollgate/issuers has a preset that knows what its access tokens look like',
      `createAuth({ issuer: ${preset}${audience} })`,
    ),
  ]
}
