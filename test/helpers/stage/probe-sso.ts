import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { productOptions } from '../../../src/config/options/product-options.ts'
import { resolveConfig } from '../../../src/config/resolve.ts'
import { probe } from '../../../src/wiring/create-probes.ts'
import { environmentOf } from './environment.ts'

/** The origin that the probed proxy is reached at. */
export const publicUrl = 'https://assets.example.com'

/** The application at an SSO. */
interface Registered {
  issuer: string
  clientId: string
  clientSecret: string
  scope?: string
}

/**
 * Probes an SSO, bearer tokens and rules. S3 is not there, which does not matter to them.
 *
 * @param token an access token to try
 * @param content of the configuration file
 */
export async function probeSso(
  sso: Registered,
  more: Record<string, string> = {},
  token?: string,
  content?: object,
) {
  const s3 = {
    region: 'eu-west-2',
    endpoint: 'http://127.0.0.1:9/b/',
    accessKeyId: 'a',
    secretAccessKey: 'b',
  }
  const { issuer, clientId, clientSecret, scope } = sso
  const address = { issuer, clientId, clientSecret, ...(scope === undefined ? {} : { scope }) }
  const env = { ...environmentOf({ s3, sso: address }), S3PROXY_SERVER_PUBLIC_URL: publicUrl, ...more }
  const readFile = (path: string) => readFileSync(path, 'utf8')
  const file = content && { path: 's3proxy.json', content }
  const places = { flags: new Map(), env, dotenv: {}, file, readSecretFile: () => '', readFile }
  const { config, problems, sources } = resolveConfig(places, productOptions.sections)
  if (config === undefined) throw new Error(JSON.stringify(problems))
  const results = (await probe(config, sources, '0', { token })).filter(({ name }) =>
    /^(?:sso|bearer|access)\./.test(name),
  )
  return {
    text: JSON.stringify(results),
    failed: results.filter(({ ok }) => !ok).map(({ name }) => name),
    of(name: string) {
      const {
        code = 'ok',
        message,
        advice,
      } = results.find((result) => result.name === name) ?? assert.fail(name)
      return `${code} ${message} -> ${advice}`
    },
  }
}
