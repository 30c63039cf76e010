import type { PresetOptions } from './preset-options.ts'

/** The id of a tenant of Microsoft Entra ID, as its tokens spell it: a GUID in lower case. */
export const tenantForm: RegExp = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** The id of a tenant, checked. Its domain would not do: the `iss` of tokens has the id. */
export function tenantId(given: PresetOptions, name: string, value: string): string {
  if (tenantForm.test(value)) return value
  const lower = value.toLowerCase()
  if (tenantForm.test(lower)) given.refuse(name, "must be spelled '%s', as tokens have it", lower)
  return given.refuse(
    name,
    "must be the id of a tenant, such as '72f988bf-86f1-41af-91ab-2d7cd011db47', not its domain: see Tenant ID in the overview of the tenant (it is '%s')",
    value,
  )
}
