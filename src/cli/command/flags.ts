/** Flags of every command that reads the configuration. */
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
  /** A request to explain, such as `GET /a/b` or `LIST https://films.example.com/a/`. */
  explain?: string
  /** The file with the person who asks. */
  as?: string
}

export interface FetchFlags extends ConfigFlags {
  /** Name of the mount that the key is in. */
  mount?: string
  /** A path; `-` is stdout. */
  output?: string
  continue?: boolean
  verify?: boolean
  /** A range without its unit: `0-99`, `100-`, `-5`. */
  range?: string
  head?: boolean
  /** An ETag as it stands in a header, or `*`. */
  ifNoneMatch?: string
  quiet?: boolean
  verbose?: boolean
  /** The client to sign in as, with a URL. */
  clientId?: string
  /** The scope to ask for, with a URL. */
  scope?: string
  /** Forgets the token for the proxy of a URL. */
  signOut?: boolean
}
