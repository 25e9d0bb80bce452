import { CookieJar } from '../helpers/clients/cookie-jar.ts'
import type { Random } from '../helpers/random.ts'
import type { CampaignStage } from './campaign-stage.ts'
import type { LoginOfVisitor } from './endings.ts'
import type { FaultKind, Place } from './faults/fault-kind.ts'
import { createComparison } from './library.ts'
import type { LoginAtSso } from './logins.ts'
import { judge, type Outcome, type Question } from './oracle.ts'
import { watchOwnStalls } from './own-stalls.ts'
import type { SomePerson } from './people.ts'
import { askSignedIn, askSignedOut } from './questions.ts'
import { type AskOptions, createRawClient, type RawAnswer, type RawClient } from './raw-client.ts'

/** The note of one answer. */
export interface Note {
  fault: FaultKind
  question: Question
  answer: RawAnswer
  /** `excused`: it took too long while this process itself stood still. */
  outcome: Outcome | 'wrong' | 'excused'
  why?: string
}

export interface Visitor {
  readonly isSignedIn: boolean
  /** One thing that people do: look at something, sign in, leave in the middle, or try what they may not. */
  step(fault: FaultKind): Promise<void>
  /** Signs in when that is needed. @returns whether there is a session that works */
  signIn(fault: FaultKind): Promise<boolean>
  /** Loses the cookies. */
  forget(): void
  close(): void
}

const placesOfLogins: ReadonlySet<Place> = new Set(['client', 'redis', 'sso'])
const host = '127.0.0.1'
const headLimitMs = 8000
const excusingStallMs = 300
const ownStalls = watchOwnStalls()

/** Somebody with a browser, who checks every answer. */
export function createVisitor(
  stage: CampaignStage,
  person: SomePerson,
  random: Random,
  note: (note: Note) => void,
): Visitor {
  const { library, logins, endings, proxy, ways } = stage
  const instances = [...stage.proxies]
  /** The instance that answers at present. */
  let instance = proxy
  /** The time of `performance.now()` before which the first token of the session is not over. */
  let tokenEndsAtMs = Number.POSITIVE_INFINITY
  /** The session, where the SSO can end it. */
  let login: LoginOfVisitor | undefined
  const clients = new Map<number, RawClient>()
  let jar = new CookieJar()

  /** Uses the fault proxy of clients only while it has a fault, because it costs time. */
  function portFor(fault: FaultKind): number {
    return fault.at === 'client' && fault.name !== 'no fault' ? ways.client.port : instance.port
  }

  async function ask(
    fault: FaultKind,
    question: Question,
    more: AskOptions = {},
    asked?: LoginOfVisitor,
  ): Promise<RawAnswer> {
    const port = portFor(fault)
    const { object } = question
    const comparisons = object?.versions.map((version) =>
      createComparison(version, object.range?.(version).firstByte ?? 0),
    )
    const options: AskOptions = {
      headLimitMs: question.touches.has(fault.at) ? (fault.headLimitMs ?? headLimitMs) : headLimitMs,
      quietLimitMs: fault.mayBreak ? 1500 : headLimitMs,
      isLast: random.chance(0.3),
      onBody: (piece, offset) => {
        for (const comparison of comparisons ?? []) comparison.take(piece, offset)
      },
      ...more,
    }
    if (fault.mayBreak) options.headLimitMs = 1500
    const client = clients.get(port) ?? createRawClient(port)
    clients.set(port, client)
    const startedAt = performance.now()
    let answer = await client.ask(question, options)
    // Every client asks again when a kept connection turns out to be over.
    if (answer.ending === 'unheard' && fault.at === 'client') answer = await client.ask(question, options)
    const possible = comparisons?.filter((comparison) => comparison.agrees).map(({ version }) => version)
    const isTokenOver = performance.now() >= tokenEndsAtMs
    const verdict = judge(
      { question, answer, isTokenOver, ...(possible === undefined ? {} : { possible }) },
      asked !== undefined && endings.mayBeOver(asked) ? endedBy(fault) : fault,
    )
    if ('wrong' in verdict) {
      const isLate = answer.ending === 'hung' || answer.status === 503 || answer.status === 504
      const isExcused = isLate && ownStalls.longestSince(startedAt) > excusingStallMs
      note({ fault, question, answer, outcome: isExcused ? 'excused' : 'wrong', why: verdict.wrong })
    } else note({ fault, question, answer, outcome: verdict.outcome })
    return answer
  }

  function wrong(fault: FaultKind, question: Question, answer: RawAnswer, why: string): void {
    note({ fault, question, answer, outcome: 'wrong', why })
  }

  /** A step of a login: it depends on no object. */
  async function navigate(
    fault: FaultKind,
    target: string,
    statuses: number[],
    cookies: CookieJar,
  ): Promise<{ question: Question; answer: RawAnswer; location: string | undefined }> {
    const cookie = cookies.header(host, target)
    const headers = { accept: 'text/html', ...(cookie === '' ? {} : { cookie }) }
    const question = { method: 'GET', target, headers, isSignedIn: false, statuses, touches: placesOfLogins }
    const answer = await ask(fault, question)
    cookies.store(host, target, answer.setCookies)
    const location = answer.status === 302 ? answer.headers.get('location') : undefined
    return { question, answer, location }
  }

  /** @returns the target of the callback, not yet asked for, and the session at the SSO */
  async function begin(fault: FaultKind, target: string, cookies: CookieJar): Promise<Partial<LoginAtSso>> {
    const { location } = await navigate(fault, target, [302], cookies)
    return location?.startsWith(logins.url) ? logins.authorize(person.name, location) : {}
  }

  async function signIn(fault: FaultKind, cookies: CookieJar): Promise<boolean> {
    const beganAtMs = performance.now()
    const endsAtMs = beganAtMs + logins.tokenSeconds * 1000
    const target = `${random.pick(library.objects).target}?from=login`
    const { callback, sid } = await begin(fault, target, cookies)
    if (callback === undefined) return false
    const { question, answer, location } = await navigate(fault, callback, [302], cookies)
    if (location === undefined) return false
    if (location !== `http://${host}:${portFor(fault)}${target}`) {
      wrong(fault, question, answer, `the login ends at ${location} instead of ${target}`)
      return false
    }
    // Where connections break, a callback may have been answered before, and the answer lost.
    // A token that the SSO refuses leads back to its page, where the login begins again.
    const mayBeRefused = fault.at === 'sso' && fault.endsSessions
    if (!isSessionIn(answer) && !fault.mayBreak && !mayBeRefused)
      wrong(fault, question, answer, 'a login that ends without a session')
    if (cookies === jar) {
      tokenEndsAtMs = endsAtMs
      if (sid !== undefined && isSessionIn(answer)) {
        login = { person: person.name, sid, beganAtMs, doneAtMs: performance.now() }
        endings.logins.add(login)
      }
    }
    if (random.chance(0.3)) await replay(fault, callback, cookies)
    return true
  }

  async function replay(fault: FaultKind, callback: string, cookies: CookieJar): Promise<void> {
    const { question, answer } = await navigate(fault, callback, [302], copyOf(cookies))
    if (isSessionIn(answer)) wrong(fault, question, answer, 'a session for a callback that was spent')
  }

  /** Somebody begins a login and gets somebody else to finish it (RFC 6749 section 10.12). */
  async function attack(fault: FaultKind): Promise<void> {
    const [own, other] = [new CookieJar(), new CookieJar()]
    const { callback } = await begin(fault, '/b.bin', own)
    if (callback === undefined) return
    if (random.chance(0.5)) await begin(fault, '/b.bin', other)
    const { question, answer, location } = await navigate(fault, callback, [302], other)
    if (isSessionIn(answer))
      wrong(fault, question, answer, 'a session for a login that another browser began')
    else if (location !== undefined && !location.startsWith(logins.url))
      wrong(fault, question, answer, `a login of another browser leads to ${location}`)
    const finished = await navigate(fault, callback, [302], own)
    const mayBeSpent = fault.endsSessions || fault.mayBreak
    if (finished.answer.status === 302 && !isSessionIn(finished.answer) && !mayBeSpent)
      wrong(fault, finished.question, finished.answer, 'another browser has spent the login')
  }

  function copyOf(cookies: CookieJar): CookieJar {
    const copy = new CookieJar()
    for (const name of ['s3proxy_session', 's3proxy_session_login']) {
      const value = cookies.get(name)
      if (value !== undefined) copy.store(host, '/', [`${name}=${value}; Path=/`])
    }
    return copy
  }

  const session = () => jar.get('s3proxy_session')

  async function look(fault: FaultKind): Promise<void> {
    const question = askSignedIn(library, person, `s3proxy_session=${session()}`, random)
    const { object } = question
    const sizeBytes = question.method === 'GET' ? (object?.versions[0].sizeBytes ?? 0) : 0
    const kind = sizeBytes > 0 ? random.next() : 1
    const more: AskOptions =
      kind < 0.06
        ? { leaveAfterBytes: 1 + random.below(sizeBytes) }
        : kind < 0.09
          ? { pauseMs: 200 + random.below(700) }
          : {}
    const before = login
    const isOver = before !== undefined && endings.isSurelyOver(before, performance.now())
    const answer = await ask(fault, question, more, before)
    const hasEnded = answer.status === 302 || answer.status === 401
    if (isOver && [200, 206, 304].includes(answer.status) && question.object !== undefined)
      wrong(fault, question, answer, 'a session that the SSO has ended is still good')
    if (hasEnded && (fault.endsSessions || (before !== undefined && endings.mayBeOver(before)))) lose()
  }

  function lose(): void {
    jar.delete('s3proxy_session')
    if (login !== undefined) endings.logins.delete(login)
    login = undefined
  }

  /** Signs out, which no SSO may hinder, and looks whether the session has ended everywhere. */
  async function signOut(fault: FaultKind): Promise<void> {
    const headers = { cookie: `s3proxy_session=${session()}` }
    const question = {
      ...{ method: 'POST', target: '/__s3proxy/logout', isSignedIn: false, statuses: [303] },
      headers: { ...headers, origin: `http://${host}:${portFor(fault)}`, 'content-length': '0' },
      touches: placesOfLogins,
    }
    const answer = await ask(fault, question)
    if (answer.status !== 303) return
    const location = answer.headers.get('location') ?? ''
    if (!location.startsWith(logins.url)) wrong(fault, question, answer, `a logout leads to ${location}`)
    lose()
    for (const one of instances) {
      instance = one
      const look = { method: 'GET', target: '/b.bin', headers, isSignedIn: false, statuses: [302] }
      await ask(fault, { ...look, touches: placesOfLogins })
    }
  }

  /** Asks all instances at once, as a page with many pictures does at the moment when its token ends. */
  async function lookEverywhere(fault: FaultKind): Promise<void> {
    const looks = instances.map((one) => {
      instance = one
      return look(fault)
    })
    await Promise.all(looks)
  }

  return {
    get isSignedIn() {
      return session() !== undefined
    },
    async step(fault) {
      instance = random.pick(instances)
      const kind = random.next()
      if (kind < 0.03) await attack(fault)
      else if (kind < 0.06) await signIn(fault, new CookieJar())
      else if (kind < 0.2 || (session() === undefined && random.chance(0.7)))
        await ask(fault, askSignedOut(library, random))
      else if (session() === undefined) await signIn(fault, jar)
      else if (fault.isAtOpenid && random.chance(0.1)) await signOut(fault)
      else if (fault.tokenSeconds === undefined || random.chance(0.5)) await look(fault)
      else await lookEverywhere(fault)
    },
    async signIn(fault) {
      if (session() !== undefined) return true
      instance = random.pick(instances)
      jar = new CookieJar()
      return signIn(fault, jar)
    },
    forget() {
      lose()
      jar = new CookieJar()
    },
    close() {
      for (const client of clients.values()) client.close()
    },
  }
}

/** The fault as somebody sees it whose session the SSO has ended. */
function endedBy(fault: FaultKind): FaultKind {
  return { ...fault, at: 'sso', statuses: [...fault.statuses, 302, 401], mayCut: true }
}

function isSessionIn({ setCookies }: RawAnswer): boolean {
  return setCookies.some((cookie) => /^s3proxy_session=[^;]/.test(cookie))
}
