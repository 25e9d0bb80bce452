import { randomUUID } from 'node:crypto'
import { readSigningKey } from '../config/consistency/signing-key.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { createClientAssertion } from '../sso/client-assertion.ts'
import { now } from './clocks.ts'

/**
 * Makes assertions of the application with its key; `undefined` where it has none.
 *
 * @param usualAudience the SSO as it knows itself, unless the configuration names another audience
 */
export function clientAssertionOf(
  { clientId, clientKeyFile, clientAssertionAudience }: Config['sso'],
  usualAudience: string,
): (() => string) | undefined {
  const key = clientKeyFile === undefined ? undefined : readSigningKey(clientKeyFile.content)
  if (key === undefined) return undefined
  const audience = clientAssertionAudience ?? usualAudience
  return createClientAssertion({ clientId, audience, key, newId: randomUUID, now })
}
