import { loadConfig } from '../../config/load.ts'
import { nameSources } from '../../config/name-sources.ts'
import type { Log } from '../../log/log.ts'
import { nameOptionsOf } from '../../mount/name-options.ts'
import { checkKey, type ObjectKey } from '../../object/key.ts'
import { createObjects, type Objects } from '../../wiring/create-objects.ts'
import { userAgentOf } from '../../wiring/user-agent.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { FetchFlags } from '../command/flags.ts'
import { formatProblems } from '../command/format-problems.ts'
import { UsageError } from '../command/usage-error.ts'
import { readVersion } from '../command/version.ts'
import { checkedOutput, untilInterrupted, writeLine } from './begin-fetch.ts'
import { chooseMount } from './choose-mount.ts'
import { runDownload } from './download-plan.ts'
import type { Output } from './output.ts'
import { createS3FetchSource } from './s3-fetch-source.ts'

/** Streams one object of the bucket to stdout or a file. */
export async function fetchObject(keyText: string, flags: FetchFlags): Promise<number> {
  let key: ObjectKey
  let output: Output
  try {
    refuseFlagsOfUrls(flags)
    key = toKey(keyText)
    output = await checkedOutput(flags)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    writeLine(error.message)
    return exitStatus.usage
  }
  const { config, problems, warnings, sources } = loadConfig({
    configPath: flags.config,
    flags: flags.set,
    wanted: ['s3', 'mounts', 'log'],
  })
  if (config === undefined) {
    process.stderr.write(formatProblems({ problems, warnings }))
    return exitStatus.usage
  }
  let mount: Objects['mounts'][number] | undefined
  const report = (text: string) => writeLine(nameSources(nameOptionsOf(mount?.name, text), sources))
  const note = flags.quiet === true ? () => {} : report
  for (const warning of warnings) note(`warning: ${warning}`)

  const retries = retriesAsNotes(flags.verbose === true ? report : () => {})
  const objects = createObjects(config, retries, userAgentOf(readVersion().version))
  return untilInterrupted(async (signal) => {
    try {
      mount = chooseMount(objects.mounts, flags.mount)
      const source = createS3FetchSource(mount.source, mount.bucket.endpoint, key)
      return await runDownload({ flags, output, source, signal, report, note })
    } finally {
      objects.connections.close()
    }
  }, report)
}

/** Refuses the flags that only a URL has. */
function refuseFlagsOfUrls({ clientId, scope, signOut }: FetchFlags): void {
  if (clientId !== undefined || scope !== undefined || signOut === true)
    throw new UsageError('--client-id, --scope and --sign-out need the URL of an object at a proxy')
}

function toKey(text: string): ObjectKey {
  const key = text === '' ? undefined : checkKey(text)
  if (key === undefined)
    throw new UsageError(
      'KEY: expected the key of an object, which is not empty and has no NUL and no segment . or ..',
    )
  return key
}

function retriesAsNotes(report: (text: string) => void): Log {
  const note = (_fields: object, message: string) => report(message)
  return { debug: note, info: note, warn: note, error: note }
}
