import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'dotenv'
import { createProgram } from '../../src/cli/program.ts'
import { resolve } from '../helpers/config/given.ts'

const readme = readFileSync('README.md', 'utf8')

describe('the examples of the documentation', () => {
  it('have an environment that is right, without a warning', () => {
    const block = readme.split('```sh').find((part) => part.includes('SSO_URL=')) ?? ''
    const env = parse(block.split('```')[0] ?? '')
    assert.ok(Object.keys(env).length >= 11)
    const { config, problems, warnings } = resolve({ env })
    assert.deepEqual(problems, [])
    assert.deepEqual(warnings, [])
    assert.equal(config?.session.store, 'redis')
    assert.equal(config?.s3.healthcheckKey, 'healthcheck.txt')
  })

  it('have endpoints that are right', () => {
    const forms = /in path or domain style, with or without a key prefix:([\s\S]*?)A missing/.exec(
      readme,
    )?.[1]
    const endpoints = [...(forms ?? '').matchAll(/`(https:[^`]+)`/g)].map(([, url = '']) => url)
    assert.equal(endpoints.length, 4)
    for (const AWS_S3_ENDPOINT of endpoints) {
      const { problems } = resolve({ env: { AWS_S3_ENDPOINT } })
      assert.deepEqual(
        problems.filter(({ path }) => path === 's3.endpoint'),
        [],
      )
    }
  })

  const page = readFileSync('man/s3proxy.json.5', 'utf8').replaceAll('\\-', '-')
  const jsonFiles = {
    'README.md': [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text),
    'man/s3proxy.json.5': [...page.matchAll(/\.EX\n(\{[\s\S]*?)\.EE/g)].map(([, text = '']) => text),
  }
  for (const [file, texts] of Object.entries(jsonFiles)) {
    it(`have files that are right: ${file}`, () => {
      const contents = texts.map((text) => JSON.parse(text)).filter((content) => !('Statement' in content))
      assert.ok(contents.length > 0)
      for (const content of contents) {
        const { problems } = resolve({ content })
        assert.deepEqual(
          problems.filter(({ message }) => !message.startsWith('is required')),
          [],
        )
      }
    })
  }

  const ssoFiles = [
    ...readFileSync('docs/sso.md', 'utf8').matchAll(/^### (.*)$[\s\S]*?```json\n([\s\S]*?)```/gm),
  ]
  for (const [, name = '', text = ''] of ssoFiles)
    it(`have a configuration that is complete, without a warning: docs/sso.md, ${name}`, () => {
      const env = { SSO_CLIENT_SECRET: 'secret', REDIS_URL: 'rediss://redis.example.com:6379' }
      const { config, problems, warnings } = resolve({ env, content: JSON.parse(text) })
      assert.deepEqual(problems, [])
      assert.deepEqual(warnings, [])
      assert.notEqual(config, undefined)
    })

  it('have a configuration for each SSO of docs/sso.md', () => {
    const openid = ['Keycloak', 'dex', 'Entra ID', 'Okta', 'Google', 'GitLab', 'Auth0']
    const names = ssoFiles.map(([, name]) => name)
    assert.deepEqual(names, [...openid, 'Django OAuth Toolkit', 'GitHub'])
    for (const [, name = '', text = ''] of ssoFiles)
      assert.equal(JSON.parse(text).sso.issuer !== undefined, openid.includes(name), name)
  })

  it('have command lines that commander knows', () => {
    const program = createProgram(() => {})
    const known = new Set([program, ...program.commands].flatMap(flagsOf).concat('--help', '-h'))
    const lines = ['README.md', 'SECURITY.md', ...readdirSync('docs').map((file) => `docs/${file}`)]
      .filter((file) => file.endsWith('.md'))
      .flatMap(
        (file) =>
          readFileSync(file, 'utf8').match(/\bs3proxy (?:--|serve|check-config|fetch)[^`\n|>#]*/g) ?? [],
      )
    const wrong = lines.flatMap((line) => {
      const command = program.commands.find((candidate) => candidate.name() === line.split(' ')[1])
      const flags = line.match(/(?<=\s)--?[a-zA-Z][\w-]*/g) ?? []
      return flags.filter((flag) => !(command === undefined ? known : new Set(flagsOf(command))).has(flag))
    })
    assert.deepEqual(wrong, [])
    assert.ok(lines.length > 5)
  })
})

function flagsOf(command: { options: readonly { long?: string | undefined; short?: string | undefined }[] }) {
  return command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']).filter((flag) => flag !== '')
}
