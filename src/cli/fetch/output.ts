import { access, constants, realpath, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { UsageError } from '../command/usage-error.ts'

/** The output of the bytes of an object. */
export type Output =
  | { kind: 'stdout' }
  /** A file that appears when it is complete. `mode` has the permissions of the file that it replaces. */
  | { kind: 'file'; path: string; mode: number | undefined }
  /** A pipe, a terminal or `/dev/null`, which is written to and never replaced. */
  | { kind: 'device'; path: string }

/**
 * Inspects the path of `--output` before the object is asked for.
 *
 * @throws UsageError where no file can be created there
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
  // A symbolic link stays, and its target is replaced.
  const target = existing === undefined ? path : await realpath(path)
  await access(dirname(target), constants.W_OK | constants.X_OK).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such folder' : error.message
    throw new UsageError(`--output ${path}: cannot write into ${dirname(target)}: ${reason}`)
  })
  return { kind: 'file', path: target, mode: existing === undefined ? undefined : existing.mode & 0o777 }
}
