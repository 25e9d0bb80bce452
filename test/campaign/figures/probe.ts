import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CampaignStage } from '../campaign-stage.ts'

/** The memory and the descriptors of a process, without garbage. */
export interface Probe {
  heapBytes: number
  descriptors: number
}

const folder = mkdtempSync(join(tmpdir(), 's3proxy-probe-'))

/** Loaded before the program: on SIGUSR2 it collects garbage and writes down what is left. */
const code = `
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { writeFileSync, renameSync } from 'node:fs'
setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc')
let count = 0
process.on('SIGUSR2', () => {
  gc(); gc()
  const { heapUsed, external } = process.memoryUsage()
  const file = ${JSON.stringify(folder)} + '/' + process.pid + '-' + ++count
  writeFileSync(file + '.new', String(heapUsed + external))
  renameSync(file + '.new', file)
})
`

/** For the environment of the proxy. */
export const withProbe = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}`,
}

const counts = new Map<number, number>()

export async function probeOf(stage: CampaignStage): Promise<Probe> {
  const pid = stage.proxy.child.pid as number
  const count = (counts.get(pid) ?? 0) + 1
  counts.set(pid, count)
  stage.proxy.child.kill('SIGUSR2')
  for (let look = 0; ; look++) {
    try {
      const heapBytes = Number(readFileSync(join(folder, `${pid}-${count}`), 'utf8'))
      return { heapBytes, descriptors: readdirSync(`/proc/${pid}/fd`).length }
    } catch (error) {
      if (look === 200) throw error
      await sleep(50)
    }
  }
}
