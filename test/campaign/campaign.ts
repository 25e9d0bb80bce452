import { parseArgs } from 'node:util'
import { createRandom } from '../helpers/random.ts'
import { startCampaignStage } from './campaign-stage.ts'
import { faultKinds } from './faults/all.ts'
import { figures } from './figures/all.ts'
import { prove } from './prove.ts'
import { createReport } from './report.ts'
import { runWindows } from './windows.ts'

const usage = `usage: npm run campaign -- [--small] [--seed N] [--only WORDS]
       npm run campaign -- --prove [--seed N] [--only WORDS]
       npm run campaign -- --figure all|NAME[,NAME] [--scale SHARE] [--seed N]
  clients with known content, through every kind of fault in turn (300 windows, about 30 minutes; --small: each kind
  once, about three minutes; --only: kinds, or mistakes, whose name has these words); --prove: the same against builds with a mistake
  in each, which it has to find; --figure: one of the figures of docs/reliability.md: ${figures.map(({ name }) => name).join(', ')}
`

const { values } = parseArgs({
  options: {
    figure: { type: 'string' },
    scale: { type: 'string' },
    prove: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    seed: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(usage)
  process.exit()
}

const random = createRandom(values.seed === undefined ? undefined : Number(values.seed))
process.stdout.write(`seed ${random.seed}\n`)
const small = { durationMs: 800, requests: 60, visitors: 10 }
const full = { durationMs: 5000, requests: 340, visitors: 16 }
if (values.figure !== undefined) {
  leave(await measure(values.figure))
} else if (values.prove) {
  const missed = await prove(small, random, values.only ?? '', (text) => process.stdout.write(text))
  leave(missed === 0)
} else {
  leave(await runCampaign())
}

async function measure(names: string): Promise<boolean> {
  let isGood = true
  for (const figure of figures) {
    if (names !== 'all' && !names.split(',').includes(figure.name)) continue
    const { got, isReached } = await figure.measure(random, Number(values.scale ?? 1))
    isGood &&= isReached
    process.stdout.write(`${isReached ? 'reached' : 'MISSED'}: ${figure.title}\n  ${got}\n`)
  }
  return isGood
}

/** Node 20 never ends by itself once a socket was reset whose FIN was still waiting, as fault proxies do. */
function leave(isGood: boolean): never {
  process.exit(isGood ? 0 : 1)
}

async function runCampaign(): Promise<boolean> {
  const wanted = faultKinds.filter(({ name }) => name.includes(values.only ?? ''))
  const windows = values.small ? wanted.length : 300
  const rounds = Array.from({ length: Math.ceil(windows / wanted.length) }, () => shuffled(wanted))
  const plan = {
    ...(values.small ? small : full),
    kinds: rounds.flat().slice(0, windows),
    isEnough: () => false,
  }
  const report = createReport((text) => process.stdout.write(`WRONG ${text}\n`))
  for (const isAtOpenid of [false, true]) {
    const kinds = plan.kinds.filter((kind) => (kind.isAtOpenid ?? false) === isAtOpenid)
    if (kinds.length === 0) continue
    const stage = await startCampaignStage(random, { instances: 2, isAtOpenid })
    try {
      await runWindows(stage, { ...plan, kinds }, random, report)
    } finally {
      await stage.close()
    }
  }
  process.stdout.write(report.text())
  return report.wrongs.length === 0 && report.windows === windows
}

function shuffled<T>(items: readonly T[]): T[] {
  const copy = [...items]
  for (let index = copy.length - 1; index > 0; index--) {
    const other = random.below(index + 1)
    ;[copy[index], copy[other]] = [copy[other] as T, copy[index] as T]
  }
  return copy
}
