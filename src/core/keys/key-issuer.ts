import { entraClouds, tenantPlaceholder } from '../known-issuers.ts'

/**
 * Whether a key that names an issuer may verify the tokens of this one. Microsoft Entra ID
 * publishes keys for all tenants in one set, and some of them are for one tenant alone: its
 * documentation asks to compare the member `issuer` with the issuer of the token.
 *
 * @param named The member `issuer` of the JWK, in which `{tenantid}` stands for one segment of the
 * path.
 */
export function isNamedByKey(named: string, issuer: string): boolean {
  return spellingsOf(issuer).some(
    (spelling) => named === spelling || tenantIn(named, spelling) !== undefined,
  )
}

/** The issuer, and how else the tokens of the same tenant spell it. */
function spellingsOf(issuer: string): readonly string[] {
  const others = entraClouds.flatMap((cloud) =>
    cloud.flatMap((template) => {
      const tenant = tenantIn(template, issuer)
      return tenant === undefined ? [] : cloud.map((other) => inTemplate(other, tenant))
    }),
  )
  return [issuer, ...others]
}

/**
 * What stands in an issuer where the template has the placeholder, which must be one whole segment
 * of the path: a placeholder in place of the host would stand for anybody. Undefined if the issuer
 * does not follow the template.
 */
export function tenantIn(template: string, issuer: string): string | undefined {
  const [before = '', after, more] = template.split(tenantPlaceholder)
  if (after === undefined || more !== undefined) return undefined
  const isSegment = /^[a-z]+:\/\/[^/]+\//.test(before) && before.endsWith('/')
  if (!isSegment || !/^(\/|$)/.test(after)) return undefined
  if (!issuer.startsWith(before) || !issuer.slice(before.length).endsWith(after)) return undefined
  const tenant = issuer.slice(before.length, issuer.length - after.length)
  return /^[^/?#]+$/.test(tenant) ? tenant : undefined
}

function inTemplate(template: string, tenant: string): string {
  return template.split(tenantPlaceholder).join(tenant)
}
