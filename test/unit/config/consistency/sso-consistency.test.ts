import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { leastEnv, resolve } from '../../../helpers/config/given.ts'

const { SSO_URL, ...withoutUrl } = leastEnv
const whole = {
  S3PROXY_SSO_AUTHORIZE_URL: 'https://sso.example.com/authorize',
  S3PROXY_SSO_TOKEN_URL: 'https://sso.example.com/token',
  S3PROXY_SSO_IDENTITY_URL: 'https://api.example.com/me',
}

describe('the addresses of the SSO', () => {
  it('are those of the original unless given', () => {
    const { config, problems } = resolve({ env: leastEnv })
    assert.deepEqual(problems, [])
    const { url, authorizeUrl, tokenUrl, identityUrl } = config?.sso ?? {}
    assert.deepEqual(
      [url, authorizeUrl, tokenUrl, identityUrl],
      [SSO_URL, 'o/authorize/', 'o/token/', 'api/v1/user/me/'],
    )
  })

  it('need no root URL where all of them are whole', () => {
    const { problems, warnings } = resolve({ env: { ...withoutUrl, ...whole } })
    assert.deepEqual(problems, [])
    assert.ok(!warnings.some((warning) => warning.includes('sso.')))
  })

  for (const [what, env, names] of [
    ['nothing', {}, 'sso.authorizeUrl and sso.tokenUrl and sso.identityUrl'],
    ['two of them', { ...whole, S3PROXY_SSO_TOKEN_URL: 'token' }, 'sso.tokenUrl'],
    ['a path to sign out', { ...whole, S3PROXY_SSO_LOGOUT_URL: 'logout' }, 'sso.logoutUrl'],
    ['an internal URL', { SSO_URL_INTERNAL: 'http://sso/' }, 'sso.authorizeUrl'],
  ] as const)
    it(`need a root URL where there is ${what}, and the problem says what for`, () => {
      const { problems } = resolve({ env: { ...withoutUrl, ...env } })
      assert.deepEqual(
        problems.map(({ path, env: name }) => [path, name]),
        [['sso.url', 'SSO_URL']],
      )
      assert.match(problems[0]?.message ?? '', /^is required: root URL of the SSO, as browsers reach it /)
      assert.ok(
        problems[0]?.message.endsWith(`(or sso.issuer, or a whole URL in ${names})`),
        problems[0]?.message,
      )
    })

  it('are not missed beside one that is wrong', () => {
    const { problems } = resolve({ env: { ...withoutUrl, ...whole, S3PROXY_SSO_TOKEN_URL: '/token' } })
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['sso.tokenUrl'],
    )
  })

  it('may lie below the internal URL alone, where people are sent to a whole one', () => {
    const { S3PROXY_SSO_AUTHORIZE_URL } = whole
    const { problems } = resolve({
      env: { ...withoutUrl, S3PROXY_SSO_AUTHORIZE_URL, SSO_URL_INTERNAL: 'http://sso/' },
    })
    assert.deepEqual(problems, [])
  })

  it('are said to leave a root URL unused', () => {
    const { warnings } = resolve({ env: { ...leastEnv, ...whole, SSO_URL_INTERNAL: 'http://sso/' } })
    assert.deepEqual(
      warnings.filter((warning) => /^sso\./.test(warning)).map((warning) => warning.split(',')[0]),
      ['sso.url is not used', 'sso.internalUrl is not used'],
    )
  })
})

describe('more parameters of the authorize address', () => {
  const S3PROXY_SSO_AUTHORIZE_PARAMETERS = 'prompt=login, hd=example.com'

  it('come from the environment, separated by commas, or from a list in the file', () => {
    const fromEnv = resolve({ env: { ...leastEnv, S3PROXY_SSO_AUTHORIZE_PARAMETERS } })
    assert.deepEqual(fromEnv.config?.sso.authorizeParameters, ['prompt=login', 'hd=example.com'])
    const authorizeParameters = ['claims={"a": [1, 2]}']
    const fromFile = resolve({ env: leastEnv, content: { sso: { authorizeParameters } } })
    assert.deepEqual(fromFile.config?.sso.authorizeParameters, authorizeParameters)
  })

  for (const [name, value] of [
    ['S3PROXY_SSO_AUTHORIZE_PARAMETERS', 'prompt=login,state=canary'],
    ['S3PROXY_SSO_AUTHORIZE_URL', 'https://sso.example.com/authorize?state=canary'],
  ] as const)
    it(`are refused in ${name} where logins set them`, () => {
      const { problems } = resolve({ env: { ...leastEnv, [name]: value } })
      assert.deepEqual(
        problems.map(({ env }) => env),
        [name],
      )
      assert.match(problems[0]?.message ?? '', /\bstate: logins set it/)
      assert.doesNotMatch(problems[0]?.message ?? '', /canary/)
    })
})

describe('the claims of the SSO', () => {
  it('are the usual ones unless given, and no address is trusted unasked', () => {
    const { config } = resolve({ env: leastEnv })
    const { userClaim, nameClaim, emailClaim, groupsClaim, trustEmail } = config?.sso ?? {}
    assert.deepEqual(
      [userClaim, nameClaim, emailClaim, groupsClaim, trustEmail],
      [undefined, 'name', 'email', '/groups', false],
    )
  })

  for (const [place, isTaken] of [
    ['/realm_access/roles', true],
    ['/a~0b~1c', true],
    ['https://example.com/~groups', true],
    ['/a~2', false],
    ['/a~', false],
  ] as const)
    it(`may${isTaken ? '' : ' not'} stand at ${place}`, () => {
      for (const name of ['USER', 'NAME', 'EMAIL', 'GROUPS']) {
        const { problems } = resolve({ env: { ...leastEnv, [`S3PROXY_SSO_${name}_CLAIM`]: place } })
        assert.equal(problems.length, isTaken ? 0 : 1)
        assert.match(
          problems[0]?.message ?? 'expected the name of a claim,',
          /^expected the name of a claim,/,
        )
      }
    })
})

describe('the application at the SSO', () => {
  const { SSO_CLIENT_SECRET, ...withoutSecret } = leastEnv
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const given = (env: Record<string, string>, content = pem) => {
    const { config, problems, warnings } = resolve({
      env: { ...withoutSecret, ...env },
      readFile: () => content,
    })
    return {
      config,
      problems: problems.map(({ path, env: name }) => `${path} ${name}`),
      warnings: warnings.filter((warning) => warning.startsWith('sso.')),
    }
  }
  const wayIs = (S3PROXY_SSO_CLIENT_AUTHENTICATION: string) => ({ S3PROXY_SSO_CLIENT_AUTHENTICATION })
  const withKey = { S3PROXY_SSO_CLIENT_KEY_FILE: 'key.pem' }

  it('needs a secret by post, which is the default, and by basic', () => {
    for (const env of [{}, wayIs('post'), wayIs('basic')]) {
      assert.deepEqual(given(env).problems, ['sso.clientSecret SSO_CLIENT_SECRET'])
      assert.deepEqual(given({ ...env, SSO_CLIENT_SECRET }).problems, [])
    }
    assert.equal(given({ SSO_CLIENT_SECRET }).config?.sso.clientAuthentication, 'post')
  })

  it('needs a key by private_key_jwt, and no secret', () => {
    const way = wayIs('private_key_jwt')
    assert.deepEqual(given(way).problems, ['sso.clientKeyFile S3PROXY_SSO_CLIENT_KEY_FILE'])
    const { config, problems, warnings } = given({ ...way, ...withKey })
    assert.deepEqual([problems, warnings], [[], []])
    assert.deepEqual(config?.sso.clientKeyFile, { path: 'key.pem', content: pem })
  })

  it('needs a key that signs', () => {
    const env = { ...wayIs('private_key_jwt'), ...withKey }
    assert.deepEqual(given(env, 'hunter2').problems, ['sso.clientKeyFile S3PROXY_SSO_CLIENT_KEY_FILE'])
  })

  it('needs nothing by none', () => {
    const { problems, warnings } = given(wayIs('none'))
    assert.deepEqual([problems, warnings], [[], []])
  })

  it('is said to leave a secret or a key unused', () => {
    const unneeded = { SSO_CLIENT_SECRET, ...withKey, S3PROXY_SSO_CLIENT_ASSERTION_AUDIENCE: 'https://sso/' }
    const told = (env: Record<string, string>) => given({ ...env, ...unneeded }).warnings
    const noSecret = 'sso.clientSecret is not used'
    const noKey = ['sso.clientKeyFile is not used', 'sso.clientAssertionAudience is not used']
    for (const [way, unused] of [
      ['post', noKey],
      ['none', [noSecret, ...noKey]],
      ['private_key_jwt', [noSecret]],
    ] as const)
      assert.deepEqual(
        told(wayIs(way)),
        unused.map((warning) => `${warning}, because sso.clientAuthentication is ${way}`),
      )
  })
})
