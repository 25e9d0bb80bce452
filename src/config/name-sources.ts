import type { Options } from './options/options.ts'
import { productOptions } from './options/product-options.ts'

/** Option path to where its value came from, as `resolveConfig` tells it. */
export type OptionSources = Readonly<Record<string, string>>

/**
 * Makes messages for the operator name the variable, the file or the flag that an option was set by, in place of the
 * variable that usually sets it. An endpoint that was made of other options is replaced by those.
 *
 * @returns a function of a text, in which names of variables stand in parentheses behind the options that they set
 */
export function createNameSources(options: Options): (text: string, sources: OptionSources) => string {
  const mention = mentionOf(options)
  return (text, sources) =>
    text.replace(mention, (whole: string, bracket: string | undefined, mentioned: string) => {
      const paths = mentioned.split(' and ').flatMap((one) => originsOf(one, sources))
      const given = paths.flatMap((one) => sources[one] ?? []).filter((source) => source !== 'default')
      const isDerived = paths.join(' and ') !== mentioned
      const hasNames = whole.endsWith(')')
      if (given.length === 0 || !(isDerived || hasNames || bracket !== undefined)) return whole
      const names = [...new Set(given)].join(', ')
      const places = paths.join(' and ')
      return bracket === undefined || hasNames
        ? `${bracket ?? ''}${places} (${names})`
        : `(${places}, ${names}`
    })
}

export const nameSources = createNameSources(productOptions)

/** Matches options and their variables: `s3.region (AWS_S3_REGION)`, `sso.clientId and sso.clientSecret (SSO_CLIENT_ID, SSO_CLIENT_SECRET)`, `(sso.url)`, `(server.port, PORT)`. */
function mentionOf({ sections, named }: Options): RegExp {
  const names = new Set(named.map(({ section }) => section))
  const section = sections.map((one) => (names.has(one) ? `${one}\\.[A-Za-z][\\w-]*` : one)).join('|')
  const path = `(?:${section})\\.[a-z][A-Za-z]*`
  const variable = '[A-Z][A-Z0-9_]+'
  return new RegExp(
    `(\\()?\\b(${path}(?: and ${path})*)(?: \\(${variable}(?:, ${variable})*\\)|(?:, ${variable})*(?=\\))|)`,
    'g',
  )
}

const ssoAddresses = ['sso.url', 'sso.internalUrl', 'sso.authorizeUrl', 'sso.tokenUrl', 'sso.identityUrl']

/** Lists the options that a value was made of: the option itself, where it was given. */
function originsOf(option: string, sources: OptionSources): string[] {
  const isSet = (other: string) => sources[other] !== undefined
  if (option === 'sso.url') {
    const isGiven = (other: string) => isSet(other) && sources[other] !== 'default'
    const given = ssoAddresses.filter(isGiven)
    return given.length === 0 ? [option] : given
  }
  const bucket = option.replace(/\.endpoint$/, '.bucket')
  if (bucket !== option && sources[option] === bucket)
    return [bucket, option.replace(/\.endpoint$/, '.endpointUrl')]
      .filter(isSet)
      .flatMap((one) => originsOf(one, sources))
  const other = sources[option]
  // A named section inherits the value from the option that its source names.
  return other === undefined || !isSet(other) ? [option] : originsOf(other, sources)
}
