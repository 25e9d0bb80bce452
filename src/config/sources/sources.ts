/** Everything that options may come from, strongest first. Files and variables are read already. */
export interface Sources {
  /** `--set PATH=VALUE`, by path of the option. */
  flags: ReadonlyMap<string, string>
  /** `--port`, which goes before `--set`. */
  port?: string | undefined
  env: Environment
  /** Values in `.env`. */
  dotenv: Readonly<Record<string, string>>
  file: ConfigFile | undefined
  /** @throws Error that does not repeat `path`, which may be the secret itself, put into the wrong variable */
  readSecretFile(path: string): string
  /** @throws Error with why it cannot be read */
  readFile?(path: string): string
}

export type Environment = Readonly<Record<string, string | undefined>>

export interface ConfigFile {
  path: string
  /** Whatever JSON it holds. */
  content: unknown
}

/** The value of an option, and where it came from. */
export interface Found {
  value: unknown
  /** `--set`, an environment name, `AWS_S3_REGION in .env`, the path of the file. */
  source: string
  /** The variable, where it was one. */
  env?: string
}
