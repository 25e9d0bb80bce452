import { access, constants, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../command/usage-error.ts'

/** Where the bytes of an object go. */
export type Output =
  | { kind: 'stdout' }
  /** `mode`: permissions of the file that is replaced. */
  | { kind: 'file'; path: string; mode: number | undefined }
  /** Pipes, terminals, `/dev/null`: written to as they are, never replaced. */
  | { kind: 'device'; path: string }

/**
 * Looks at what `--output` names, before S3 is asked.
 *
 * @throws UsageError when a file cannot come to be there
 */
export async function inspectOutput(path: string | undefined): Promise<Output> {
  if (path === undefined || path === '-') return { kind: 'stdout' }
  if (path === '') throw new UsageError('--output: expected the name of a file')
  const existing = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new UsageError(`--output ${path}: ${error.message}`)
  })
  if (existing?.isDirectory() || path.endsWith('/'))
    throw new UsageError(`--output ${path}: it is a folder; name a file in it`)
  if (existing !== undefined && !existing.isFile()) return { kind: 'device', path }
  // Through a symbolic link: the link stays, what it leads to is replaced.
  const target = existing === undefined ? path : await realpath(path)
  await access(dirname(target), constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such folder' : error.message
    throw new UsageError(`--output ${path}: cannot write into ${dirname(target)}: ${reason}`)
  })
  return { kind: 'file', path: target, mode: existing === undefined ? undefined : existing.mode & 0o777 }
}
