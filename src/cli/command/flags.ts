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
  probe?: boolean
}

export interface FetchFlags extends ConfigFlags {
  /** `-` is stdout. */
  output?: string
  continue?: boolean
  verify?: boolean
  /** Without its unit: `0-99`, `100-`, `-5`. */
  range?: string
  head?: boolean
  /** In the form that HTTP wants. */
  ifNoneMatch?: string
  quiet?: boolean
  verbose?: boolean
}
