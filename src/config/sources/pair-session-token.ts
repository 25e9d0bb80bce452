import type { Found, Sources } from './sources.ts'

/**
 * The place that an access key is kept in. Variables with the names of AWS hold a key for every program of the machine;
 * all other names, flags and files are s3proxy's own.
 */
type KeyPlace = 'aws-environment' | 'aws-dotenv' | 'own'

/**
 * Keeps a session token only where it was found in the same place as the access key. A token from another place belongs
 * to another key, and S3 refuses the two together.
 *
 * @param found by path; the token in it is replaced by that of the key's own place, or taken out
 * @param strongest finds the value of an option among sources
 * @returns warnings
 */
export function pairSessionToken(
  found: Map<string, Found>,
  sources: Sources,
  strongest: (path: string, sources: Sources) => Found | undefined,
): string[] {
  const [id, secret, token] = ['s3.accessKeyId', 's3.secretAccessKey', 's3.sessionToken'].map((path) =>
    found.get(path),
  )
  if (id === undefined || secret === undefined) return []
  const place = placeOf(secret)
  const warnings: string[] = []
  if (placeOf(id) !== place)
    warnings.push(
      `s3.accessKeyId is from ${id.source} and s3.secretAccessKey from ${secret.source}: S3 refuses them unless they belong together`,
    )
  // A token on the command line was written for this key.
  if (token === undefined || token.source === '--set' || placeOf(token) === place) return warnings
  const own = strongest('s3.sessionToken', within(place, sources))
  if (own !== undefined) found.set('s3.sessionToken', own)
  else {
    found.delete('s3.sessionToken')
    warnings.push(
      `s3.sessionToken is not used: ${token.source} belongs to another access key than that of ${secret.source}`,
    )
  }
  return warnings
}

function placeOf({ source }: Found): KeyPlace {
  if (!isAwsName(source)) return 'own'
  return source.endsWith(' in .env') ? 'aws-dotenv' : 'aws-environment'
}

function within(place: KeyPlace, sources: Sources): Sources {
  const { env, dotenv } = sources
  const none = { flags: new Map<string, string>(), env: {}, dotenv: {}, file: undefined }
  if (place === 'aws-environment') return { ...sources, ...none, env: pick(env, isAwsName) }
  if (place === 'aws-dotenv') return { ...sources, ...none, dotenv: pick(dotenv, isAwsName) }
  const isOwnName = (name: string) => !isAwsName(name)
  return { ...sources, env: pick(env, isOwnName), dotenv: pick(dotenv, isOwnName) }
}

function isAwsName(name: string): boolean {
  return /^AWS_[A-Z_]+(?: in \.env)?$/.test(name)
}

function pick<Value>(from: Readonly<Record<string, Value>>, fits: (name: string) => boolean) {
  return Object.fromEntries(Object.entries(from).filter(([name]) => fits(name)))
}
