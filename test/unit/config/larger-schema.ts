import { createOptions } from '../../../src/config/options/options.ts'
import { type Resolved, resolveConfig } from '../../../src/config/resolve.ts'
import { configSchema } from '../../../src/config/schema/config-schema.ts'
import { listOfObjects, object, oneOrMoreObjects } from '../../../src/config/schema/list-of-objects.ts'
import { namedSections } from '../../../src/config/schema/named-sections.ts'
import { choice, count, file, flag, list, text, textLike } from '../../../src/config/schema/option-types.ts'
import { s3 } from '../../../src/config/schema/s3.ts'
import { type SectionOutput, section } from '../../../src/config/schema/section.ts'
import { shaped } from '../../../src/config/schema/text-shapes.ts'
import type { Sources } from '../../../src/config/sources/sources.ts'
import { leastEnv, sourcesOf } from '../../helpers/config/given.ts'

const folder = section({
  index: text('page of a folder').optional(),
  listing: flag('lists what is there').default(false),
})

const rule = section({
  name: text('name of the rule'),
  action: choice('what it allows', ['read', 'list']).default('read'),
  to: object(
    'people whom it is about',
    section({
      groups: list('groups', shaped(/^\w+$/, 'expected groups'), 'expected groups').optional(),
      everyone: flag('any signed-in person').default(false),
    }),
  ).optional(),
  unless: oneOrMoreObjects(
    'people whom it is not about',
    section({ id: text('a person') }).refine(({ id }) => id !== 'refused', 'expected another person'),
  ).optional(),
}).refine(({ name }) => name !== 'refused', 'expected another name')

/** The schema of s3proxy with every feature of schemas: sections by name that inherit, and a list of objects. */
export const largerSchema = section({
  ...configSchema.shape,
  folder,
  shelves: namedSections(
    'one bucket or prefix at one path',
    {
      ...s3.shape,
      ...folder.shape,
      path: textLike('path it is at', shaped(/^\/(?:.*\/)?$/, 'expected a path between slashes')),
      slots: count('places in it', 1, 9, { restart: 'always' }).default(1),
      caFile: file('PEM file').optional(),
      // This option has the name of one in s3, and is another option.
      maxAttempts: count('attempts of a shelf', 1, 5).default(2),
    },
    { inherits: ['s3', 'folder'] },
  ),
  listeners: namedSections('a port', { port: count('its number', 0, 9) }, { restart: 'always' }),
  rights: section({
    groups: text('group that may read everything').optional(),
    rules: listOfObjects('who may read what', rule, { restart: 'always' }).default([]),
  }),
})

export const largerOptions = createOptions(largerSchema)

export type LargerConfig = SectionOutput<typeof largerSchema>

/** Resolves a file over the larger schema, beside the least environment. */
export function resolveLarger(
  content: unknown,
  given: Partial<Sources> = {},
  wanted: readonly string[] = largerOptions.sections,
): Resolved {
  return resolveConfig(sourcesOf({ env: leastEnv, content, ...given }), wanted, [], largerOptions)
}

/** @returns the values of a file that has no problem */
export function configOf(content: unknown, given: Partial<Sources> = {}): LargerConfig & Resolved['config'] {
  const { config, problems } = resolveLarger(content, given)
  if (config === undefined) throw new Error(JSON.stringify(problems))
  return config as LargerConfig & typeof config
}
