/** One mistake in what was given. Its message never holds the value of a secret. */
export interface Problem {
  /** Path of the option, or of the unknown key. */
  path: string
  /** Environment name that sets the option; empty where there is none. */
  env: string
  message: string
}
