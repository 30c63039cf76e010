/**
 * Loaded before everything else in a process that stands for a container: the name of the service
 * `issuer` leads to this machine there, as the DNS server of a compose network has it.
 */
import dns from 'node:dns'

const lookup = dns.lookup as (hostname: string, ...rest: unknown[]) => void

Object.assign(dns, {
  lookup: (hostname: string, ...rest: unknown[]): void =>
    lookup(hostname === 'issuer' ? '127.0.0.1' : hostname, ...rest),
})
