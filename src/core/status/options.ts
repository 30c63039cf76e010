import type { InsecureHosts } from '../insecure-hosts.ts'
import { issuerFlaw, urlFlaw } from '../issuer-url.ts'
import { checkDistinct, kindOf, wrongOption } from '../option-checks.ts'

/**
 * The origins at which the status lists of an issuer may be; undefined where they are not asked.
 *
 * @param option What messages call the option.
 */
export function resolveStatusOrigins(
  option: string,
  value: unknown,
  { issuer, insecureHosts }: { readonly issuer: string; readonly insecureHosts: InsecureHosts },
): readonly string[] | undefined {
  if (value === undefined || value === false) return undefined
  if (value === true) {
    if (issuerFlaw(issuer, insecureHosts) === undefined) return [new URL(issuer).origin]
    wrongOption(option, 'must list the origins of its status lists, because the issuer is no URL')
  }
  if (!Array.isArray(value) || value.length === 0) {
    const fix = "must be true, false or a list of origins, such as ['https://status.example.com']"
    wrongOption(option, `${fix}, not ${kindOf(value)}`)
  }
  const origins: readonly unknown[] = [...value]
  for (const origin of origins) checkOrigin(option, origin, insecureHosts)
  checkDistinct(option, origins as readonly string[])
  return Object.freeze(origins as readonly string[])
}

function checkOrigin(option: string, origin: unknown, insecureHosts: InsecureHosts): void {
  const flaw = urlFlaw(origin, insecureHosts)
  if (flaw !== undefined) wrongOption(option, `must list origins, and one of them ${flaw}`)
  const { origin: spelled } = new URL(origin as string)
  if (spelled !== origin) {
    wrongOption(option, "must list origins without a path: '%s', not '%s'", spelled, String(origin))
  }
}
