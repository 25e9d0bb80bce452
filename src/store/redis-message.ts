import { messageOf } from '../errors.ts'

/** The message of an error of Redis, without the arguments of a command: Redis repeats those of an unknown command. */
export function redisMessage(error: unknown): string {
  // The client's own message names an option of the client, which no operator knows.
  if (/enableOfflineQueue/.test(messageOf(error))) return 'there is no connection'
  const last = (error as { lastNodeError?: unknown } | undefined)?.lastNodeError
  const text = messageOf(error) + (last instanceof Error ? ` Last of all: ${last.message}` : '')
  const hint = /^(?:MOVED|CROSSSLOT|CLUSTERDOWN)\b/.test(text)
    ? ' Is it a Cluster (session.redisCluster)?'
    : ''
  return text.replace(/,? ?with args beginning with:.*/s, '').slice(0, 300) + hint
}

/** Tells whether Redis itself refused the command, and no connection failed. The command had no effect then. */
export function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError'
}
