import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { S3Address } from '../../stage/environment.ts'
import type { ObjectSpec } from './object-spec.ts'
import type { S3StandInOptions } from './stand-in-types.ts'

export interface S3StandInProcess extends S3Address {
  /** Ends it; the end of this process does the same. */
  end(): void
}

const main = fileURLToPath(new URL('main.ts', import.meta.url))

/** Starts the stand-in in a process of its own, so that its work does not get into times that are measured here. */
export async function startS3StandInProcess(
  objects: ObjectSpec[],
  options: S3StandInOptions = {},
): Promise<S3StandInProcess> {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-s3-'))
  const spec = join(folder, 'spec.json')
  writeFileSync(spec, JSON.stringify({ options, objects }))
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--spec', spec], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = () => {
    process.off('exit', end)
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', end)
  const line = await new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  )
  return { ...(JSON.parse(line) as S3Address), end }
}
