import type { Random } from '../helpers/random.ts'
import { breakBuild } from './break-build.ts'
import { startCampaignStage } from './campaign-stage.ts'
import { faultKinds } from './faults/all.ts'
import type { FaultKind } from './faults/fault-kind.ts'
import { type Mistake, mistakes } from './mistakes.ts'
import { createReport } from './report.ts'
import { runWindows, type WindowPlan } from './windows.ts'

/**
 * Runs the campaign against builds with a mistake in them, until it complains.
 *
 * @param only words in the names of the mistakes
 * @returns how many of them it did not find
 */
export async function prove(
  plan: Omit<WindowPlan, 'kinds' | 'isEnough'>,
  random: Random,
  only: string,
  say: (text: string) => void,
): Promise<number> {
  let missed = 0
  for (const mistake of mistakes) {
    if (!mistake.name.includes(only)) continue
    const startedAt = performance.now()
    const complaint = await findMistake(mistake, plan, random)
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    if (complaint === undefined) missed++
    say(`${complaint === undefined ? 'NOT FOUND' : 'found'} in ${seconds} s: ${mistake.name}\n`)
    if (complaint !== undefined) say(`  ${complaint}\n`)
  }
  return missed
}

/** @returns the complaint about this very mistake */
async function findMistake(
  mistake: Mistake,
  plan: Omit<WindowPlan, 'kinds' | 'isEnough'>,
  random: Random,
): Promise<string | undefined> {
  const build = breakBuild(mistake)
  try {
    const isLikely = ({ name }: FaultKind) => mistake.showsIn.includes(name)
    const isAtOpenid = faultKinds.some((kind) => isLikely(kind) && kind.isAtOpenid)
    const stage = await startCampaignStage(random, { file: build.file, instances: 2, isAtOpenid })
    const report = createReport(() => {})
    const found = () => report.wrongs.find((text) => mistake.complaint.test(text))
    const possible = faultKinds.filter((kind) => (kind.isAtOpenid ?? false) === isAtOpenid)
    const likely = possible.filter(isLikely)
    const others = possible.filter((kind) => !isLikely(kind))
    try {
      const kinds = [...likely, ...likely, ...likely, ...others]
      await runWindows(stage, { ...plan, kinds, isEnough: () => found() !== undefined }, random, report)
    } finally {
      await stage.close()
    }
    return found()
  } finally {
    build.remove()
  }
}
