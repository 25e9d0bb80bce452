import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLine } from '../helpers/proxy/log-lines.ts'
import type { Random } from '../helpers/random.ts'
import type { CampaignStage } from './campaign-stage.ts'
import { type FaultKind, noFault } from './faults/fault-kind.ts'
import type { Question } from './oracle.ts'
import { people, type SomePerson } from './people.ts'
import { createRawClient } from './raw-client.ts'
import { createVisitor, type Note, type Visitor } from './visitor.ts'

export interface WindowPlan {
  /** The faults in turn, one window each. */
  kinds: FaultKind[]
  visitors: number
  /** The least duration and the least number of requests of each window. */
  durationMs: number
  requests: number
  /** Asked after each window. */
  isEnough(): boolean
}

/** A fault that no answer shows. */
export interface Incident {
  fault: FaultKind
  what: string
}

export interface Watch {
  note(note: Note): void
  incident(incident: Incident): void
  logged(line: LogLine): void
  /** After a window, once everything is right again. */
  recovered(fault: FaultKind, afterMs: number): void
}

/** The longest time from the end of a fault until everything is right again. */
const recoveryLimitMs = 5000
const calmSteps = 2
/** The time for which the proxy does not ask an SSO that failed, and repeats its last answer. */
const ssoPauseMs = 1000

/** Makes fault after fault, with visitors at work in each, and looks in between whether everything is right again. */
export async function runWindows(
  stage: CampaignStage,
  plan: WindowPlan,
  random: Random,
  watch: Watch,
): Promise<void> {
  // At the OpenID provider all are of the team, and each signs out alone.
  const isAtOpenid = plan.kinds.some((kind) => kind.isAtOpenid)
  const personOf = (index: number): SomePerson => {
    const person = people[isAtOpenid ? 0 : index % people.length] ?? people[0]
    return isAtOpenid ? { ...person, name: `${person.name}-${index}` } : person
  }
  let count = 0
  const note = (one: Note) => {
    count++
    watch.note(one)
  }
  const visitors = Array.from({ length: plan.visitors }, (_, index) => {
    return createVisitor(stage, personOf(index), random, note)
  })
  const over = { isOver: false }
  for (const proxy of stage.proxies)
    void proxy.exited.then(({ status, signal }) => {
      if (!over.isOver) watch.incident({ fault: noFault, what: `the proxy ended: ${status ?? signal}` })
      over.isOver = true
    })
  await settle(visitors, noFault)
  for (const fault of plan.kinds) {
    const { tokenSeconds } = fault
    const usualTokenSeconds = stage.logins.tokenSeconds
    if (tokenSeconds !== undefined) {
      stage.logins.tokenSeconds = tokenSeconds
      await signInAnew(visitors)
    }
    // The tokens of the window end in it.
    const durationMs = Math.max(plan.durationMs, fault.leastMs ?? 0, (tokenSeconds ?? 0) * 1500)
    const before = count
    const startedAt = performance.now()
    const end = await fault.begin(stage, random)
    const isDone = () =>
      over.isOver ||
      performance.now() - startedAt > 4 * durationMs ||
      (performance.now() - startedAt >= durationMs && count - before >= plan.requests)
    await Promise.all(
      visitors.map((visitor) => keepGoing(visitor, fault, { ...plan, durationMs }, random, isDone)),
    )
    await end()
    stage.logins.tokenSeconds = usualTokenSeconds
    inspect(stage, fault, watch)
    if (over.isOver) break
    await recover(stage, fault, watch)
    await settle(visitors, fault)
    // A token of this window would end in the next one, whose fault may be about refreshes too.
    if (tokenSeconds !== undefined) await signInAnew(visitors)
    inspect(stage, noFault, watch)
    if (plan.isEnough()) break
  }
  over.isOver = true
  for (const visitor of visitors) visitor.close()
}

async function keepGoing(
  visitor: Visitor,
  fault: FaultKind,
  { durationMs, requests, visitors }: WindowPlan,
  random: Random,
  isDone: () => boolean,
): Promise<void> {
  // Requests spread evenly over the window; each visitor has its share.
  const everyMs = (durationMs / requests) * visitors
  await sleep(random.next() * everyMs)
  while (!isDone()) {
    const startedAt = performance.now()
    await visitor.step(fault)
    const restMs = everyMs * (0.3 + random.next()) - (performance.now() - startedAt)
    if (restMs > 0) await sleep(restMs)
  }
}

/** Waits until an object can be had again; then nothing may be wrong any more. */
async function recover(stage: CampaignStage, fault: FaultKind, watch: Watch): Promise<void> {
  if (fault.at === 'sso') await sleep(ssoPauseMs)
  const startedAt = performance.now()
  const questions: Pick<Question, 'method' | 'target' | 'headers'>[] = [
    { method: 'GET', target: '/health.txt', headers: {} },
    { method: 'GET', target: '/b.bin', headers: {} },
  ]
  for (;;) {
    const statuses: string[] = []
    for (const { port } of stage.proxies) {
      const client = createRawClient(port)
      for (const question of questions)
        statuses.push(String((await client.ask(question, { headLimitMs: 3000 })).status))
      client.close()
    }
    const afterMs = performance.now() - startedAt
    // The first question asks S3, the second begins a login, which takes Redis.
    if (statuses.every((status, index) => status === (index % 2 === 0 ? '200' : '302')))
      return watch.recovered(fault, afterMs)
    if (afterMs > recoveryLimitMs) {
      return watch.incident({
        fault,
        what: `${Math.round(afterMs)} ms after its end still ${statuses.join(' and ')}`,
      })
    }
    await sleep(20)
  }
}

async function signInAnew(visitors: Visitor[]): Promise<void> {
  for (const visitor of visitors) visitor.forget()
  await settle(visitors, noFault)
}

/** Everybody signs in again who has to, and looks at a few things: all has to be right. */
async function settle(visitors: Visitor[], fault: FaultKind): Promise<void> {
  await Promise.all(
    visitors.map(async (visitor) => {
      if (fault.endsSessions || fault.revokes) visitor.forget()
      for (let attempt = 0; attempt < 3 && !visitor.isSignedIn; attempt++) await visitor.signIn(noFault)
      for (let step = 0; step < calmSteps; step++) await visitor.step(noFault)
    }),
  )
}

/** Looks into the requests that S3 got, the log and stderr. */
function inspect(stage: CampaignStage, fault: FaultKind, watch: Watch): void {
  const { objects, ofTeam, withheld } = stage.library
  const known = new Set([...objects, ...ofTeam].map(({ key }) => key))
  const unseen = new Set(withheld.map(({ key }) => key))
  for (const request of stage.s3.requests.splice(0)) {
    const { key = '', method, rawTarget, authenticated } = request
    if (!authenticated)
      watch.incident({ fault, what: `an unauthenticated request at S3: ${method} ${rawTarget}` })
    else if (key.startsWith('unseen/') || unseen.has(key))
      watch.incident({ fault, what: `S3 was asked for ${key}, which nobody may see` })
    else if (!known.has(key) && key !== 'health.txt' && !key.startsWith('missing/'))
      watch.incident({ fault, what: `S3 was asked for ${JSON.stringify(key)}, which nobody asked for` })
  }
  for (const what of stage.complaints.splice(0)) watch.incident({ fault, what })
  for (const { log, output } of stage.proxies) {
    for (const line of log.splice(0)) {
      watch.logged(line)
      if (line.outcome === 'revoked' && !fault.revokes)
        watch.incident({
          fault,
          what: `a body was cut for a session that nobody ended: ${JSON.stringify(line)}`,
        })
      else if (line.level === 'error' || line.level === 'fatal')
        watch.incident({ fault, what: `the log says: ${JSON.stringify(line)}` })
    }
    output.stdout = ''
    if (output.stderr !== '') watch.incident({ fault, what: `on stderr: ${output.stderr.slice(0, 1000)}` })
    output.stderr = ''
  }
}
