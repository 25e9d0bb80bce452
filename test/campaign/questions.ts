import type { Random } from '../helpers/random.ts'
import type { Place } from './faults/fault-kind.ts'
import { type KnownObject, type Library, refusedTargets, type Version } from './library.ts'
import type { Question } from './oracle.ts'
import type { SomePerson } from './people.ts'
import { respell } from './respell.ts'

const nothing: ReadonlySet<Place> = new Set(['client'])
const sessionOnly: ReadonlySet<Place> = new Set(['client', 'redis', 'sso'])
const everything: ReadonlySet<Place> = new Set(['client', 'redis', 'sso', 's3'])
const s3Only: ReadonlySet<Place> = new Set(['client', 's3'])

/** One of the things that somebody who is signed in asks for. */
export function askSignedIn(
  library: Library,
  { isOfTeam }: SomePerson,
  cookie: string,
  random: Random,
): Question {
  if (!isOfTeam && random.chance(0.15)) return askDenied(library, cookie, random)
  const isTeams = isOfTeam && random.chance(0.15)
  const picked = random.pick(isTeams ? library.ofTeam : library.objects)
  const object = isTeams ? { ...picked, target: respell(picked.target, random) } : picked
  const question = (more: Partial<Question>): Question => ({
    ...{ method: 'GET', target: object.target, isSignedIn: true, statuses: [200], touches: everything },
    ...more,
    headers: { cookie, ...random.pick([{}, { accept: 'text/html' }, { accept: '*/*' }]), ...more.headers },
  })
  const whole = { versions: object.versions }
  const kind = random.next()
  if (kind < 0.35)
    return question({ object: whole, target: object.target + random.pick(['', '?', '?a=b&c#d']) })
  if (kind < 0.45) return question({ object: whole, method: 'HEAD' })
  if (kind < 0.75) return ranged(object, question, random)
  if (kind < 0.82) return conditional(object, question, random)
  if (kind < 0.86) return question({ target: `/missing/${random.below(1000)}`, statuses: [404] })
  if (kind < 0.89) return question({ target: '/', statuses: [404], touches: sessionOnly })
  if (kind < 0.93) return question({ target: random.pick(refusedTargets), statuses: [400], touches: nothing })
  if (kind < 0.95)
    return question({ method: random.pick(['POST', 'DELETE', 'OPTIONS']), statuses: [405], touches: nothing })
  if (kind < 0.98) return question({ object: whole, headers: { 'x-pad': 'x'.repeat(random.below(4000)) } })
  return question({ target: '/__s3proxy/logout', statuses: [200], touches: sessionOnly })
}

/** Something that a rule denies, in one of its spellings, and headers that must not change that. */
function askDenied(library: Library, cookie: string, random: Random): Question {
  const { target } = random.pick(library.withheld)
  const more = random.pick<Record<string, string>>([
    {},
    { range: 'bytes=0-10' },
    { range: 'bytes=999999-' },
    { 'if-none-match': '*' },
    { 'if-match': '"other"' },
    { 'x-original-url': '/b.bin', 'x-forwarded-prefix': '/b' },
    { 'x-forwarded-user': 'jo', 'x-forwarded-groups': 'team' },
  ])
  return {
    method: random.pick(['GET', 'GET', 'HEAD']),
    target: respell(target, random) + random.pick(['', '?', '?/../b.bin', '?groups=team']),
    headers: { cookie, ...more },
    ...{ isSignedIn: true, statuses: [403], isDenied: true, touches: sessionOnly },
  }
}

/** One of the things that somebody asks for who is not, and gets nothing of. */
export function askSignedOut(library: Library, random: Random): Question {
  const { target } = random.chance(0.5)
    ? random.pick([library.forbidden, ...library.withheld])
    : random.pick(library.objects)
  const forged = random.pick<Record<string, string>>([
    {},
    { cookie: `s3proxy_session=${'A'.repeat(43)}` },
    { cookie: 's3proxy_session=; other=1' },
    { authorization: 'Bearer token', 'x-forwarded-user': 'admin' },
    { range: 'bytes=0-10' },
    { 'if-none-match': '*' },
  ])
  const isScript = random.chance(0.3)
  const kind = random.next()
  const base = { method: random.pick(['GET', 'HEAD']), isSignedIn: false }
  if (kind < 0.25) {
    const text = base.method === 'GET' ? { text: 'healthy' } : {}
    return { ...base, target: '/health.txt', headers: {}, statuses: [200], touches: s3Only, ...text }
  }
  if (kind < 0.4)
    return { ...base, target: random.pick(refusedTargets), headers: {}, statuses: [400], touches: nothing }
  if (kind < 0.5) {
    return {
      ...base,
      target: `/__redirect_from_sso?code=x&state=${'B'.repeat(43)}`,
      headers: {},
      statuses: [403],
      touches: sessionOnly,
    }
  }
  // A tool that wants a part, a version or is no browser must not take the page of the SSO for the file.
  const isTool = ['authorization', 'range', 'if-none-match'].some((name) => name in forged)
  return {
    ...base,
    target: random.chance(0.1) ? '/' : target,
    headers: isScript ? { ...forged, 'sec-fetch-mode': 'cors' } : forged,
    statuses: [isScript || isTool ? 401 : 302],
    touches: sessionOnly,
  }
}

function ranged(
  object: KnownObject,
  question: (more: Partial<Question>) => Question,
  random: Random,
): Question {
  const { sizeBytes } = object.versions[0]
  if (sizeBytes === 0 || random.chance(0.1)) {
    return question({ headers: { range: `bytes=${sizeBytes + 1}-` }, statuses: [416], touches: everything })
  }
  const first = random.below(sizeBytes)
  const last = random.chance(0.3) ? sizeBytes + 10 : first + random.below(sizeBytes - first)
  const suffix = 1 + random.below(sizeBytes)
  const [text, range] = random.pick<[string, (version: Version) => { firstByte: number; endByte: number }]>([
    [`bytes=${first}-`, (version) => ({ firstByte: first, endByte: version.sizeBytes })],
    [
      `bytes=${first}-${last}`,
      (version) => ({ firstByte: first, endByte: Math.min(version.sizeBytes, last + 1) }),
    ],
    [
      `bytes=-${suffix}`,
      (version) => ({ firstByte: version.sizeBytes - suffix, endByte: version.sizeBytes }),
    ],
  ])
  const method = random.chance(0.9) ? 'GET' : 'HEAD'
  return question({
    method,
    object: { versions: object.versions, range },
    headers: { range: text },
    statuses: [206],
  })
}

function conditional(
  object: KnownObject,
  question: (more: Partial<Question>) => Question,
  random: Random,
): Question {
  const [{ etag }] = object.versions
  const whole = { versions: object.versions }
  return random.pick([
    () => question({ headers: { 'if-none-match': etag }, object: whole, statuses: [304] }),
    () => question({ headers: { 'if-none-match': '"other"' }, object: whole }),
    () => question({ headers: { 'if-match': '"other"' }, object: whole, statuses: [412] }),
    () => question({ headers: { 'if-match': etag }, object: whole }),
    () => question({ headers: { 'if-range': '"other"', range: 'bytes=0-0' }, object: whole }),
  ])()
}
