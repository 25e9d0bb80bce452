import type { BodyWatch, WatchedBody, WatchedSession } from '../http/body-watch.ts'

export interface SessionWatchOptions {
  /** Tells which sessions are still there, with one command to the store. */
  existing(names: readonly string[]): Promise<boolean[]>
  /** Called each turn for each session that is there: its bodies are a use of it. */
  noteUse(session: WatchedSession): void
  /** Time from one look at the sessions to the next. */
  everyMs: number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
  /** Called when the store could not be asked. No body is cut then, and the next turn asks again. */
  onUnavailable(error: unknown): void
}

/**
 * Looks up the sessions of all bodies under way once a turn, and cuts the bodies of those that are gone. A session with
 * many bodies is looked up once.
 *
 * A session whose body is being sent is in use, and does not end by being idle.
 *
 * A turn is one command, however many bodies there are, and there is one timer for all of them. A body that begins and
 * ends between two turns costs no command. While nothing is sent, the timer stops.
 */
export function createSessionWatch(options: SessionWatchOptions): BodyWatch {
  const { everyMs, elapsedMs } = options
  const underWay = new Set<WatchedBody>()
  let hasTimer = false

  function schedule(ms: number): void {
    hasTimer = true
    setTimeout(() => void turn(), ms).unref()
  }

  async function turn(): Promise<void> {
    if (underWay.size === 0) {
      hasTimer = false
      return
    }
    const nextAtMs = elapsedMs() + everyMs
    try {
      await revokeEnded()
    } catch (error) {
      options.onUnavailable(error)
    }
    schedule(Math.max(0, nextAtMs - elapsedMs()))
  }

  async function revokeEnded(): Promise<void> {
    const sessions = new Map(Array.from(underWay, ({ session }) => [session.name, session]))
    const names = [...sessions.keys()]
    const isThere = await options.existing(names)
    const ended = new Set(names.filter((_, index) => isThere[index] === false))
    for (const [name, session] of sessions) if (!ended.has(name)) options.noteUse(session)
    // Bodies have ended and begun meanwhile.
    for (const body of underWay) {
      if (!ended.has(body.session.name)) continue
      underWay.delete(body)
      body.revoke()
    }
  }

  return {
    begin(body) {
      underWay.add(body)
      if (!hasTimer) schedule(everyMs)
    },
    end(body) {
      underWay.delete(body)
    },
  }
}
