/** A session of a visitor, as the SSO knows it. */
export interface LoginOfVisitor {
  person: string
  sid: string
  /** The times of `performance.now()` when the login began and when it was over. */
  beganAtMs: number
  doneAtMs: number
}

/** A logout that the SSO asks for, of one session or of all of a person. */
export interface Ending {
  person: string
  sid: string | undefined
  askedAtMs: number
  /** `undefined` until the proxy has said that it is done. */
  doneAtMs: number | undefined
}

/** Which sessions of visitors the SSO has ended. */
export interface Endings {
  readonly logins: Set<LoginOfVisitor>
  add(ending: Ending): void
  /** Whether the session may be over. */
  mayBeOver(login: LoginOfVisitor): boolean
  /** Whether the session was over for so long, at a time, that no instance may take it. */
  isSurelyOver(login: LoginOfVisitor, atMs: number): boolean
}

/** The longest time in which a logout has to reach every instance. */
const reachesAllMs = 1000

export function createEndings(): Endings {
  const endings: Ending[] = []
  const of = ({ person, sid }: LoginOfVisitor) =>
    endings.filter((ending) => ending.person === person && (ending.sid ?? sid) === sid)
  return {
    logins: new Set(),
    add: (ending) => void endings.push(ending),
    mayBeOver: (login) =>
      of(login).some(({ doneAtMs = Number.POSITIVE_INFINITY }) => doneAtMs >= login.beganAtMs),
    isSurelyOver: (login, atMs) =>
      of(login).some(
        ({ askedAtMs, doneAtMs }) =>
          askedAtMs > login.doneAtMs && doneAtMs !== undefined && atMs > doneAtMs + reachesAllMs,
      ),
  }
}
