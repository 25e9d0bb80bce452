/** The time of day, in milliseconds since 1970. It agrees with other machines, and may jump. */
export const now = Date.now

/** Milliseconds of a clock that never jumps. It measures how long ago something was. */
export const elapsedMs = () => performance.now()
