import { exitStatus } from './command/exit-status.ts'
import { createProgram, statusOfProgram } from './program.ts'

/**
 * Runs one command line.
 *
 * @param argv as in `process.argv`
 * @returns one of `exitStatus`
 */
export async function main(argv: readonly string[]): Promise<number> {
  let status: number = exitStatus.ok
  const program = createProgram((result) => {
    status = result
  })
  const output = watchOutput()
  // The SDK warns about the versions of Node that later releases of it need, which no user of s3proxy can act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  try {
    await program.parseAsync([...argv])
    if (!output.isBroken || status !== exitStatus.ok) return status
    process.stderr.write('s3proxy: cannot write to stdout\n')
    return exitStatus.failure
  } catch (error) {
    const ended = statusOfProgram(error)
    if (ended === undefined) throw error
    return ended
  }
}

/** Notices a stdout that cannot be written, such as a full disk. A reader that stops early, as `head -1`, is no failure. */
function watchOutput(): { isBroken: boolean } {
  const output = { isBroken: false }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') output.isBroken = true
  })
  process.stderr.on('error', () => {})
  return output
}
