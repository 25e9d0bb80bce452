/** What every command takes. */
export interface ConfigFlags {
  config?: string
  /** Values of single options, by their path. */
  set: Map<string, string>
}

export interface ServeFlags extends ConfigFlags {
  port?: string
}

export interface CheckConfigFlags extends ConfigFlags {
  json?: boolean
}

export interface FetchFlags extends ConfigFlags {
  output?: string
  range?: string
  head?: boolean
  ifNoneMatch?: string
  quiet?: boolean
  verbose?: boolean
}
