import { setTimeout as wait } from 'node:timers/promises'
import { isLoopback } from '../../../http/loopback.ts'
import { userAgentOf } from '../../../wiring/user-agent.ts'
import { exitStatus } from '../../command/exit-status.ts'
import type { FetchFlags } from '../../command/flags.ts'
import { tokenVariable } from '../../command/token-variable.ts'
import { UsageError } from '../../command/usage-error.ts'
import { readVersion } from '../../command/version.ts'
import { checkedOutput, untilInterrupted, writeLine } from '../begin-fetch.ts'
import { runDownload } from '../download-plan.ts'
import { createKeptToken } from '../token/kept-token.ts'
import { renew } from '../token/renew.ts'
import { signIn } from '../token/sign-in.ts'
import type { SsoOptions } from '../token/sign-in-options.ts'
import { signOut } from '../token/sign-out.ts'
import { openTokenFile, type TokenFile } from '../token/token-file.ts'
import { createGivenToken, type TokenSource } from '../token/token-source.ts'
import { type ObjectUrl, parseObjectUrl } from './object-url.ts'
import { createProxyClient, type ProxyClient } from './proxy-client.ts'
import { createProxyFetchSource } from './proxy-fetch-source.ts'
import { askResourceMetadata } from './resource-metadata.ts'
import { createSignedInClient } from './signed-in-client.ts'

/** Longer than the proxy itself waits for S3 and for its readers. */
const silenceMs = 130_000
const ssoTimeoutMs = 10_000
const maxAttempts = 5

/** Streams one object through a proxy to stdout or a file, as the person that has signed in; or signs that person out. */
export function fetchThrough(text: string, flags: FetchFlags): Promise<number> {
  const note = flags.quiet === true ? () => {} : writeLine
  return untilInterrupted(async (signal) => {
    refuseFlagsOfKeys(flags)
    const url = parseObjectUrl(text)
    const { env } = process
    const openFile = () => openTokenFile({ env, origin: url.origin, clientId: flags.clientId, signal })
    const sso = ssoOptionsFor(url, signal)
    if (flags.signOut === true) return forget(url, openFile(), sso, note)

    const output = await checkedOutput(flags)
    const client = createProxyClient(sso.userAgent, silenceMs)
    const given = env[tokenVariable]
    const tokens = given ? createGivenToken(given) : keptToken(url, flags, openFile(), client, sso)
    const source = createProxyFetchSource({
      ...{ url, silenceMs, maxAttempts, random: Math.random, now: Date.now },
      ask: createSignedInClient(client, tokens, url),
      onRetry(failure) {
        if (flags.verbose === true) writeLine(`asking the proxy again: ${failure.message}`)
      },
    })
    return runDownload({ flags, output, source, signal, report: writeLine, note })
  }, writeLine)
}

/** Refuses the flags that only a key has. */
function refuseFlagsOfKeys({ config, set, mount }: FetchFlags): void {
  if (mount !== undefined) throw new UsageError('--mount cannot go with a URL: its path tells the mount')
  if (config !== undefined || set.size > 0)
    throw new UsageError('--config and --set cannot go with a URL: the proxy has the configuration')
}

function ssoOptionsFor({ origin }: ObjectUrl, signal: AbortSignal): SsoOptions {
  return {
    userAgent: userAgentOf(readVersion().version),
    allowsLoopback: isLoopback(new URL(origin).hostname),
    timeoutMs: ssoTimeoutMs,
    signal,
    wait: (ms, until) => wait(ms, undefined, { signal: until }),
    now: Date.now,
    report: writeLine,
  }
}

function keptToken(
  { origin }: ObjectUrl,
  flags: FetchFlags,
  file: TokenFile,
  client: ProxyClient,
  sso: SsoOptions,
): TokenSource {
  const { signal, now, report } = sso
  return createKeptToken({
    ...{ file, scope: flags.scope, now, report },
    renew: (record) => renew(record, sso),
    async signIn({ resourceMetadata }) {
      const metadata = await askResourceMetadata(client, origin, resourceMetadata, { signal, silenceMs })
      const { issuer, resource } = metadata
      const clientId = flags.clientId ?? metadata.clientId
      if (clientId === undefined)
        throw new Error(
          `${origin} names no client for terminals: set bearer.terminalClientId of the proxy, or give --client-id`,
        )
      const scope = flags.scope ?? metadata.scope
      return signIn({ origin, issuer, clientId, scope, resource }, flags.scope !== undefined, sso)
    },
  })
}

async function forget(
  { origin }: ObjectUrl,
  file: TokenFile,
  sso: SsoOptions,
  note: (text: string) => void,
): Promise<number> {
  const texts = {
    revoked: `signed out of ${origin}: the token is revoked and forgotten`,
    kept: `signed out of ${origin}: the token is forgotten; the SSO cannot revoke it, and takes it until its end`,
    nobody: `nobody is signed in at ${origin}`,
  }
  note(texts[await signOut(file, sso)])
  return exitStatus.ok
}
