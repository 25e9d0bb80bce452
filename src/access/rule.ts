import type { Pattern } from './pattern.ts'

/** A thing that somebody may do with a path. HEAD is `read`. */
export const actions = ['read', 'list', 'zip'] as const
export type Action = (typeof actions)[number]

/** A rule as the configuration has it. It has patterns in `allow` or in `deny`, and not in both. */
export interface Rule {
  name: string
  allow?: readonly Pattern[] | undefined
  deny?: readonly Pattern[] | undefined
  /** Names of the mounts that it is about; `undefined`: every path, also where no mount is. */
  mount?: readonly string[] | undefined
  /** `undefined`: every action. */
  actions?: readonly Action[] | undefined
  /** People whom the rule is about: one of these has to fit. `undefined` where it denies everybody. */
  to?: readonly People[] | undefined
  /** People whom the rule is not about, although `to` fits. */
  unless?: readonly People[] | undefined
}

/** People, by what the SSO says about them. Every member has to fit; a list fits where one of its items does. */
export interface People {
  groups?: readonly string[] | undefined
  /** Addresses, in ASCII in lower case. */
  emails?: readonly string[] | undefined
  /** Domains of addresses, in ASCII in lower case. */
  emailDomains?: readonly string[] | undefined
  ids?: readonly string[] | undefined
  /** Values of claims, by the name of the claim or a JSON Pointer to it. */
  claims?: Readonly<Record<string, readonly string[]>> | undefined
  /** Everybody who is signed in. */
  everyone?: true | undefined
  /** Everybody, also who is not signed in. */
  anonymous?: true | undefined
}

/** Everything in the configuration that says who may do what. */
export interface AccessOptions extends Pick<People, 'groups' | 'emails' | 'emailDomains'> {
  rules?: readonly Rule[] | undefined
}
