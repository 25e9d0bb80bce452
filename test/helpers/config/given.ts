import { productOptions } from '../../../src/config/options/product-options.ts'
import { type Resolved, resolveConfig } from '../../../src/config/resolve.ts'
import type { Sources } from '../../../src/config/sources/sources.ts'

/** The smallest environment for `serve`. */
export const leastEnv = {
  AWS_S3_REGION: 'eu-west-2',
  AWS_S3_ENDPOINT: 'https://s3.eu-west-2.amazonaws.com/my-bucket/',
  SSO_URL: 'https://sso.example.com/',
  SSO_CLIENT_ID: 'the-client',
  SSO_CLIENT_SECRET: 'the-client-secret',
}

const { AWS_S3_ENDPOINT: _, ...rest } = leastEnv
/** The same without the URL of the bucket. */
export const withoutEndpoint = rest

export type Given = Partial<Omit<Sources, 'file'>> & { content?: unknown }

/** Resolves only the given sources, without the environment of the test run and files of the disk. */
export function resolve(given: Given, wanted: readonly string[] = productOptions.sections): Resolved {
  return resolveConfig(sourcesOf(given), wanted)
}

/** Makes sources with only the given values. */
export function sourcesOf({ content, ...given }: Given): Sources {
  return {
    flags: new Map(),
    env: {},
    dotenv: {},
    file: content === undefined ? undefined : { path: 's3proxy.json', content },
    readSecretFile(path) {
      throw new Error(`no file was expected to be read, but ${path} was`)
    },
    ...given,
  }
}

/** @returns path and environment name of each problem */
export function problemsOf(
  env: Record<string, string>,
  base: Record<string, string> = leastEnv,
): [path: string, env: string][] {
  return resolve({ env: { ...base, ...env } }).problems.map(({ path, env: name }) => [path, name])
}
