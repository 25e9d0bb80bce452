import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ObjectSpec } from '../../helpers/s3-stand-in/object-spec.ts'

const main = fileURLToPath(new URL('../../helpers/s3-stand-in/main.ts', import.meta.url))
const usual: ObjectSpec[] = [
  { key: 'health.txt', text: 'healthy' },
  { key: 'b.bin', sizeBytes: 4096, seed: 1 },
]

/** The stand-in in a process of its own, so that its work does not get into times that are measured here. */
export async function startS3Process(
  objects: ObjectSpec[],
): Promise<{ env: Record<string, string>; end(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-s3-'))
  writeFileSync(join(folder, 'spec.json'), JSON.stringify({ objects: [...usual, ...objects] }))
  const child = spawn(process.execPath, ['--import', 'tsx', main, '--spec', join(folder, 'spec.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const line = await new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  )
  const { endpoint, region, accessKeyId, secretAccessKey } = JSON.parse(line) as Record<string, string>
  return {
    env: {
      AWS_S3_ENDPOINT: endpoint as string,
      AWS_S3_REGION: region as string,
      AWS_ACCESS_KEY_ID: accessKeyId as string,
      AWS_SECRET_ACCESS_KEY: secretAccessKey as string,
    },
    end() {
      process.off('exit', kill)
      kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
