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
   * Rejects with a LoadError if that is not known, or if it must not be asked; its `heldBack` tells
   * for how many seconds that stays so.
   */
  find(name: EndpointName): Promise<CalledEndpoint>
}

/** Seconds after which metadata is asked again that does not tell where an endpoint is. */
const unknownEndpointWait = 60

/** @param metadata Undefined for an issuer that says nothing of itself. */
export function createEndpoints(
  metadata: CachedMetadata | undefined,
  insecureHosts: InsecureHosts,
): Endpoints {
  return {
    async find(name) {
      if (metadata === undefined) {
        throw unknown(`no metadata names ${name}, because the issuer is no https URL`)
      }
      const { value } = await metadata.current()
      return { url: urlOf(value, name, insecureHosts), listed: listsIn(value) }
    },
  }
}

function urlOf(metadata: Metadata, name: EndpointName, insecureHosts: InsecureHosts): string {
  try {
    return urlIn(metadata, name, undefined, insecureHosts)
  } catch (error) {
    throw error instanceof LoadError ? unknown(error.message) : error
  }
}

function unknown(message: string): LoadError {
  return new LoadError(message, { heldBack: unknownEndpointWait })
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
