import { z } from './zod.ts'

/** One option's part of the schema. */
export type OptionSchema = z.ZodType

/**
 * The way in which the text of an environment variable becomes the value of an option. An object and a list of objects have no text
 * form: they stand in the configuration file only.
 */
export type OptionKind = 'text' | 'count' | 'flag' | 'list' | 'flag or list' | 'object' | 'list of objects'

/**
 * Says when a new value of an option needs a restart.
 *
 * - `always`: the value belongs to the process or to its sockets
 * - `with-store`: only where `session.store` changes as well, because the option belongs to the store
 * - `with-tls`: only where TLS is turned on or off, because that belongs to the socket
 */
export type RestartRule = 'always' | 'with-store' | 'with-tls'

/** Facts about an option beyond its type. */
export interface OptionMeta {
  description: string
  kind: OptionKind
  /** Names of the original and of the platform, strongest first; the systematic name goes before them. */
  env?: string[]
  /** Whether the option is a secret, which is never shown and may come from a file (`NAME_FILE`; in a named section, `…File` beside it). */
  isSecret?: boolean
  /** The path of a file that is read with the configuration. */
  isFile?: boolean
  /** Says when a new value needs a restart; `undefined`: never, because the next request uses it. */
  restart?: RestartRule
  /** The session store is opened anew for another value. */
  reopensStore?: boolean
  /** Completes text of a flag or variable before it is checked. */
  complete?(text: string): string
  /** The value fit to be shown to people, where it is not shown as it is. Secrets without this are masked. */
  show?(value: unknown): unknown
}

/** Names of facts that are for the program alone: what is made from the schema for people leaves them out. */
export const internalFacts = [
  'kind',
  'env',
  'isSecret',
  'isFile',
  'restart',
  'reopensStore',
  'complete',
  'show',
  'inherits',
  'notInheritedWith',
] as const satisfies (keyof OptionMeta | 'inherits' | 'notInheritedWith')[]

declare module 'zod' {
  // `meta` takes these facts and returns them.
  interface GlobalMeta extends Partial<Omit<OptionMeta, 'description'>> {}
}

/** Finds what the schema of an option says about it. */
export function metaOf(schema: OptionSchema): OptionMeta {
  const { description, kind, ...more } = innermost(schema).meta() ?? {}
  if (description === undefined || kind === undefined) throw new TypeError('an option without description')
  return { ...more, description, kind }
}

/** Lists the values that an option is chosen from; empty for any other option. */
export function choicesOf(schema: OptionSchema): string[] {
  const inner = innermost(schema)
  return inner instanceof z.ZodEnum ? inner.options.map(String) : []
}

/** Unwraps the schema that has the facts and the values: zod puts defaults and optionality around it. */
export function innermost(schema: z.core.$ZodType): OptionSchema {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return innermost(schema.unwrap())
  if (schema instanceof z.ZodType) return schema
  throw new TypeError('a schema that is not made by zod')
}
