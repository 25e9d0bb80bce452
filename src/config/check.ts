/** Something that does not fit together. */
export interface Conflict {
  path: string
  message: string
  /** Other options that it comes from: it is no conflict where one of them was refused for itself. */
  looksAt?: readonly string[]
  /** The variable, where it is none of the option's own. */
  env?: string
}

/** Tools of a check of several options, beside their values. */
export interface Check {
  /** Option path to where its value came from; a check adds what it fills in. */
  sources: Record<string, string>
  report(conflict: Conflict): void
  warn(message: string): void
}
