import type { CalledEndpoint } from '../client/call.ts'
import type { InsecureHosts } from '../insecure-hosts.ts'
import { own } from '../own-members.ts'
import type { Metadata } from '../remote/discovery.ts'
import { urlIn } from '../remote/discovery.ts'
import { LoadError } from '../remote/load-error.ts'
import type { CachedMetadata } from '../remote/metadata.ts'

/** An endpoint by the member of the metadata that names it (RFC 8414 section 2). */
export type EndpointName = 'token_endpoint' | 'introspection_endpoint' | 'userinfo_endpoint'

/** Where an issuer has its endpoints. */
export interface Endpoints {
  /**
   * The endpoint that the metadata names, in the one document that keys are found by as well.
   * Rejects with a LoadError if that is not known, or if it must not be asked.
   */
  find(name: EndpointName): Promise<CalledEndpoint>
}

/** @param metadata Undefined for an issuer that says nothing of itself. */
export function createEndpoints(
  metadata: CachedMetadata | undefined,
  insecureHosts: InsecureHosts,
): Endpoints {
  return {
    async find(name) {
      if (metadata === undefined) {
        throw new LoadError(`no metadata names ${name}, because the issuer is no https URL`)
      }
      const { value } = await metadata.current()
      return { url: urlIn(value, name, undefined, insecureHosts), listed: listsIn(value) }
    },
  }
}

/** An endpoint that the configuration states. */
export function statedEndpoint(url: string): CalledEndpoint {
  return { url, listed: () => undefined }
}

function listsIn({ document }: Metadata): CalledEndpoint['listed'] {
  return (member) => {
    const list = own(document, member)
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : undefined
  }
}
