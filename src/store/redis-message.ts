import { messageOf } from '../errors.ts'

/** Tells what failed, without the arguments of the command, which Redis repeats when it does not know the command. */
export function redisMessage(error: unknown): string {
  // The client's own words name an option of the client.
  if (/enableOfflineQueue/.test(messageOf(error))) return 'there is no connection'
  const last = (error as { lastNodeError?: unknown } | undefined)?.lastNodeError
  const text = messageOf(error) + (last instanceof Error ? ` Last of all: ${last.message}` : '')
  const hint = /^(?:MOVED|CROSSSLOT|CLUSTERDOWN)\b/.test(text)
    ? ' Is it a Cluster (session.redisCluster)?'
    : ''
  return text.replace(/,? ?with args beginning with:.*/s, '').slice(0, 300) + hint
}
