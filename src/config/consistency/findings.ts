/** Options that do not fit together. */
export interface Conflict {
  path: string
  message: string
  /** Other options that it depends on. The conflict is left out where one of them has a problem by itself. */
  looksAt?: readonly string[]
  /** The variable to name, where it is not one of the option's own. */
  env?: string
}

/** Receives what a check of several options finds. */
export interface Findings {
  /** Option path to where its value came from; a check adds the options that it fills in. */
  sources: Record<string, string>
  report(conflict: Conflict): void
  warn(message: string): void
}
