import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { withoutEndpoint } from '../helpers/config/given.ts'
import { run } from '../helpers/proxy/run-program.ts'

const minio = 'https://minio.example.com'
const docs = { path: '/', bucket: 'docs-bucket' }
const films = { path: '/films/', bucket: 'films-bucket' }
const server = { publicUrl: 'https://assets.example.com' }

/** A configuration with mistakes, and each line that `check-config` writes about them. */
interface Mistake {
  what: string
  content: Record<string, unknown>
  lines: readonly string[]
}

const mistakes: readonly Mistake[] = [
  {
    what: 'two mounts in one place',
    content: { mounts: { docs, films: { ...films, path: '/' } } },
    lines: ['mounts.films.path: is where mounts.docs is: two mounts need two paths or two hosts'],
  },
  {
    what: 'two mounts in one place at one host, whatever its case',
    content: {
      mounts: { docs: { ...docs, host: 'A.example.com' }, films: { ...docs, host: 'a.example.com' } },
    },
    lines: ['mounts.films.path: is where mounts.docs is: two mounts need two paths or two hosts'],
  },
  {
    what: 'a mount that others hide at every host',
    content: {
      server,
      mounts: { docs: { ...docs, host: 'assets.example.com' }, films: { ...films, path: '/films/' } },
    },
    lines: [
      'mounts.films.path: is never reached: mounts.films has no host, and at every host that is served mounts.docs goes before it',
    ],
  },
  {
    what: 'a mount where pages of s3proxy are',
    content: { mounts: { docs, films: { ...films, path: '/__s3proxy/films/' } } },
    lines: ['mounts.films.path: is at /__s3proxy/, where pages of s3proxy are'],
  },
  {
    what: 'paths of another form',
    content: { mounts: { docs: { ...docs, path: 'docs/' }, films: { ...films, path: '/films' } } },
    lines: ['docs', 'films'].map(
      (name) =>
        `mounts.${name}.path: expected a path that begins and ends with /, such as /reports/, without segments . and .. (from FILE)`,
    ),
  },
  {
    what: 'hosts that are no names of hosts',
    content: {
      mounts: {
        docs: { ...docs, host: 'a.example.com:443' },
        films: { ...films, host: 'https://a.example.com' },
      },
    },
    lines: ['docs', 'films'].map(
      (name) => `mounts.${name}.host: expected the name of a host, without a port (from FILE)`,
    ),
  },
  {
    what: 'members that nobody knows, with the one that was meant',
    content: { mounts: { docs: { ...docs, buckt: 'x' }, films: { ...films, healthcheckKey: 'h' } } },
    lines: [
      'mounts.docs.buckt: unknown key in FILE; did you mean mounts.docs.bucket?',
      'mounts.films.healthcheckKey: unknown key in FILE; did you mean s3.healthcheckKey?',
    ],
  },
  {
    what: 'names that no mount can have',
    content: { mounts: { 'my films': films, docs } },
    lines: [
      'mounts.my films: FILE: expected a name of at most 63 letters, digits, - and _ that begins with a letter',
    ],
  },
  {
    what: 'mounts at one S3 that do not agree on its connections',
    content: {
      s3: { endpointUrl: minio },
      mounts: {
        docs: { ...docs, maxConnections: 8 },
        films: { ...films, maxConnections: 9, deadlineMs: 5000 },
      },
    },
    lines: ['maxConnections', 'deadlineMs'].map(
      (option) =>
        `mounts.films.${option}: is another value than mounts.docs.${option}: both are at minio.example.com, and share their connections`,
    ),
  },
  {
    what: 'half of an access key',
    content: { mounts: { docs, films: { ...films, accessKeyId: 'AKIAEXAMPLE' } } },
    lines: [
      'mounts.films.secretAccessKey: is required when the other half of the access key is given: both or none',
    ],
  },
  {
    what: 'a health-check object in no mount',
    content: { s3: { healthcheckKey: 'health' }, mounts: { films } },
    lines: [
      's3.healthcheckKey (AWS_S3_HEALTHCHECK_KEY): is in no mount: with mounts it is a whole path without its first /, at a mount without a host, because platforms ask by address',
    ],
  },
  {
    what: 'a mount without path and without bucket',
    content: { mounts: { docs: { bucket: 'docs-bucket' }, films: { path: '/films/' } } },
    lines: [
      'mounts.docs.path: is required: decoded path that the objects are found below; the key of an object is what stands behind it',
      'mounts.films.endpoint: is required: URL of the bucket (or mounts.films.bucket)',
    ],
  },
]

describe('s3proxy check-config, with mounts', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-check-mounts-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  const check = (content: object, ...args: string[]) => {
    const file = join(folder, 's3proxy.json')
    writeFileSync(file, JSON.stringify(content))
    return run(['check-config', '--config', file, ...args], withoutEndpoint, folder)
  }

  for (const { what, content, lines } of mistakes) {
    it(`tells of ${what}, and exits 2`, async () => {
      const wanted = lines.map((line) => line.replace('FILE', join(folder, 's3proxy.json')))
      const { status, stdout, stderr } = await check(content)
      assert.equal(status, 2, stderr)
      assert.equal(stdout.length, 0)
      const told = stderr.split('\n').filter((line) => line.startsWith('  '))
      assert.deepEqual(
        told.map((line) => line.slice(2)),
        wanted,
      )
      const json = await check(content, '--json')
      assert.deepEqual([json.status, json.stderr], [2, ''])
      const report = JSON.parse(json.stdout.toString()) as { ok: boolean; problems: Problem[] }
      assert.equal(report.ok, false)
      assert.deepEqual(report.problems.map(lineOf), wanted)
    })
  }

  it('shows where each value of a mount is from, and none of its secrets', async () => {
    const secret = 'canary-of-films'
    const { status, stdout, stderr } = await check(
      {
        s3: { stallTimeoutMs: 700 },
        mounts: { docs, films: { ...films, accessKeyId: 'A', secretAccessKey: secret } },
      },
      '--json',
    )
    assert.equal(status, 0, stderr)
    const { config, sources } = JSON.parse(stdout.toString())
    assert.deepEqual(
      [config.mounts.films.stallTimeoutMs, sources['mounts.films.stallTimeoutMs']],
      [700, 's3.stallTimeoutMs'],
    )
    assert.deepEqual([config.mounts.films.secretAccessKey, config.mounts.films.path], ['***', '/films/'])
    assert.equal(sources['mounts.films.secretAccessKey'], join(folder, 's3proxy.json'))
    assert.ok(!(stdout.toString() + stderr).includes(secret))
  })
})

interface Problem {
  path: string
  env: string
  message: string
}

function lineOf({ path, env, message }: Problem): string {
  return env === '' ? `${path}: ${message}` : `${path} (${env}): ${message}`
}
