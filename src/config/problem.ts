/** Something wrong in what was given; never with the value of a secret. */
export interface Problem {
  /** Path of the option, or of the unknown key. */
  path: string
  /** Environment name that sets the option; empty where there is none. */
  env: string
  message: string
}
