import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { bareEnv, program } from '../helpers/proxy/proxy-process.ts'
import { s3proxyEnv } from './peers.ts'

export interface StartTimes {
  /** Times from the start of the process to its line `listening`, in the order of the runs. */
  s3proxyMs: number[]
  /** Times of a whole `node -e 0` right before each of those runs. */
  nodeMs: number[]
}

export async function measureStart(runs: number): Promise<StartTimes> {
  const times: StartTimes = { s3proxyMs: [], nodeMs: [] }
  // The first run fills the caches of the system.
  for (let run = 0; run <= runs; run++) {
    const [nodeMs, s3proxyMs] = [await lifeOfNode(), await startToListening()]
    if (run > 0) times.nodeMs.push(nodeMs)
    if (run > 0) times.s3proxyMs.push(s3proxyMs)
  }
  return times
}

async function lifeOfNode(): Promise<number> {
  const startedAt = performance.now()
  await once(spawn(process.execPath, ['-e', '0'], { env: bareEnv, stdio: 'ignore' }), 'exit')
  return performance.now() - startedAt
}

/** Measures a start as on a platform: Redis is configured, and is not up. */
async function startToListening(): Promise<number> {
  const sso = { origin: 'http://127.0.0.1:9', clientId: 'bench', clientSecret: 'bench-secret' }
  const env = {
    ...bareEnv,
    ...s3proxyEnv(0, 'http://127.0.0.1:9/bucket/', sso),
    REDIS_URL: 'redis://127.0.0.1:9',
  }
  const startedAt = performance.now()
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd: '/',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let output = ''
  for await (const piece of child.stdout) {
    output += piece
    if (output.includes('"listening"')) break
  }
  const ms = performance.now() - startedAt
  child.kill()
  await exited
  if (!output.includes('"listening"')) throw new Error(`s3proxy did not listen:\n${output}`)
  return ms
}
