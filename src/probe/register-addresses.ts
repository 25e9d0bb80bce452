import { isInTheClear } from '../http/loopback.ts'
import { callbackPath } from '../http/own-paths.ts'
import type { Finding } from './probe.ts'

/**
 * Says which addresses have to be registered at the SSO.
 *
 * @param origins every origin that the proxy is reached at; empty when any host is served
 * @param others more addresses than the redirect URI, by the words for them, as paths
 */
export function registerAddresses(
  origins: readonly string[],
  others: Readonly<Record<string, string>> = {},
): Finding {
  if (origins.length === 0)
    return {
      message: 'the redirect URI depends on the host that a visitor asks for',
      advice: `set server.publicUrl, and register its origin followed by ${callbackPath} at the SSO`,
    }
  const at = (path: string) => origins.map((origin) => origin + path).join(', ')
  const more = Object.entries(others).map(([what, path]) => `; ${what}: ${at(path)}`)
  return {
    message: `to be registered at the SSO: ${at(callbackPath)}${more.join('')}`,
    ...(origins.some(isInTheClear) ? { advice: publicUrlByHttps } : {}),
  }
}

const publicUrlByHttps =
  'server.publicUrl is http: where people reach this site by https, as behind a proxy that ends TLS, set it with https'
