/** Watches over bodies while they are sent, and cuts those that may not go on. */
export interface BodyWatch {
  begin(body: WatchedBody): void
  /** Ends the watch over a body that is over. */
  end(body: WatchedBody): void
}

/** A body that is being sent for a session. */
export interface WatchedBody {
  readonly session: WatchedSession
  /** Cuts the body, because its session has ended. */
  revoke(): void
}

/** A session as far as bodies need it. */
export interface WatchedSession {
  /** Name of the session in the store. */
  readonly name: string
}
