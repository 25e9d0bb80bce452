import { hashedKey } from '../store/hashed-key.ts'
import type { Store } from '../store/store.ts'
import type { OidcLogin, Session } from './session.ts'

/**
 * Finds sessions without their cookies: by the login at the OpenID provider, and by the person.
 *
 * Every method throws S3ProxyError `SESSION_STORE_UNAVAILABLE` when the store does not answer in time.
 */
export interface SessionIndex {
  /** @param name the name of the session in the store */
  add(name: string, session: Session, ttlMs: number): Promise<void>
  remove(name: string, session: Session): Promise<void>
  /**
   * Ends what an OpenID provider's logout names. With a `sid`, that is the session of that name, and those sessions of
   * the subject that have no `sid`. With only a subject, it is all sessions of the subject.
   *
   * @returns the number of sessions that have ended
   */
  endByLogin(login: EndedLogin): Promise<number>
  /** Ends all sessions of a person. @param id the `id` of the person @returns the number of sessions that have ended */
  endByPerson(id: string): Promise<number>
  countOfPerson(id: string): Promise<number>
}

/** A login that has ended at its OpenID provider. */
export interface EndedLogin {
  readonly issuer: string
  readonly subject?: string | undefined
  readonly sid?: string | undefined
}

/** The key of a session in the store. */
export function sessionKey(name: string): string {
  return `session:${name}`
}

/** Tells whether two states of a session are found by the same. */
export function isFoundAlike(one: Session, other: Session): boolean {
  const [a, b] = [one.login, other.login]
  const hasSameLogin = a === b || (a?.issuer === b?.issuer && a?.subject === b?.subject && a?.sid === b?.sid)
  return hasSameLogin && one.person.id === other.person.id
}

/** The most sessions that are asked for or ended at once. */
const batchSize = 500

/**
 * Keeps the names of sessions in sets, whose keys are hashes of what a session is found by. A name leaves its sets when
 * its session ends, or when the session would have ended by itself.
 *
 * @param deployment the deployment that the sessions belong to. No session of another one is found
 * @see docs/decisions/023-revocation.md
 */
export function createSessionIndex(store: Store, deployment: string): SessionIndex {
  const keyOf = (...words: readonly string[]) => hashedKey('sessions-of', [deployment, ...words])
  const ofSid = (issuer: string, sid: string) => keyOf('sid', issuer, sid)
  const ofSubject = (issuer: string, subject: string) => keyOf('subject', issuer, subject)
  const ofSubjectWithoutSid = (issuer: string, subject: string) =>
    keyOf('subject without sid', issuer, subject)
  const ofPerson = (id: string) => keyOf('person', id)

  function keysOf({ login, person }: Session): string[] {
    const keys = login === undefined ? [] : keysOfLogin(login)
    return person.id === undefined ? keys : [...keys, ofPerson(person.id)]
  }

  function keysOfLogin({ issuer, subject, sid }: OidcLogin): string[] {
    const bySid = sid === undefined ? ofSubjectWithoutSid(issuer, subject) : ofSid(issuer, sid)
    return [bySid, ofSubject(issuer, subject)]
  }

  function keysOfEnded({ issuer, subject, sid }: EndedLogin): string[] {
    if (sid === undefined) return subject === undefined ? [] : [ofSubject(issuer, subject)]
    const keys = [ofSid(issuer, sid)]
    return subject === undefined ? keys : [...keys, ofSubjectWithoutSid(issuer, subject)]
  }

  /** Ends the sessions in some sets. A session that is added meanwhile goes on, and stays in its sets. */
  async function end(keys: readonly string[]): Promise<number> {
    let count = 0
    for (const key of keys)
      for (const names of batches(await store.members(key))) {
        const isThere = await store.existing(names.map(sessionKey))
        await Promise.all(names.map((name) => store.delete(sessionKey(name))))
        // A name without a session may be that of a login under way, whose session has to be found later.
        const ended = names.filter((_, index) => isThere[index])
        await Promise.all(ended.map((name) => store.remove(key, name)))
        count += ended.length
      }
    return count
  }

  async function countExisting(names: readonly string[]): Promise<number> {
    return (await store.existing(names.map(sessionKey))).filter(Boolean).length
  }

  return {
    async add(name, session, ttlMs) {
      await Promise.all(keysOf(session).map((key) => store.add(key, name, ttlMs)))
    },
    async remove(name, session) {
      await Promise.all(keysOf(session).map((key) => store.remove(key, name)))
    },
    endByLogin: (login) => end(keysOfEnded(login)),
    endByPerson: (id) => end([ofPerson(id)]),
    async countOfPerson(id) {
      let count = 0
      for (const names of batches(await store.members(ofPerson(id)))) count += await countExisting(names)
      return count
    },
  }
}

function batches(names: readonly string[]): string[][] {
  const count = Math.ceil(names.length / batchSize)
  return Array.from({ length: count }, (_, index) => names.slice(index * batchSize, (index + 1) * batchSize))
}
