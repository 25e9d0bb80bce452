import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { findGoProgram } from '../helpers/machine/find-go-program.ts'
import { run } from '../helpers/proxy/run-program.ts'
import { type RealS3, startRealS3 } from '../helpers/s3/real-s3.ts'
import { versitygwCommand } from '../helpers/s3/versitygw.ts'
import type { SsoStandIn } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import { startSsoStandIn } from '../helpers/sso/stand-in/start-sso-stand-in.ts'
import { environmentOf } from '../helpers/stage/environment.ts'

interface Probe {
  name: string
  ok: boolean
  code?: string
  message: string
  advice: string
}

const versitygw = findGoProgram('versitygw')

describe('s3proxy check-config --probe, with mounts at versitygw', {
  timeout: 60_000,
  skip: versitygw === undefined && 'not installed',
}, () => {
  let folder: string
  let s3: RealS3
  let sso: SsoStandIn

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-probe-mounts-'))
    s3 = await startRealS3(versitygw as string, versitygwCommand)
    await s3.put('docs/health', 'well')
    sso = await startSsoStandIn()
  })
  after(async () => {
    await Promise.all([s3.close(), sso.close()])
    rmSync(folder, { recursive: true })
  })

  const probe = (mounts: object, ...args: string[]) => {
    const file = join(folder, 's3proxy.json')
    const content = {
      server: { publicUrl: 'https://assets.example.com' },
      s3: { healthcheckKey: 'docs/health' },
      mounts,
    }
    writeFileSync(file, JSON.stringify(content))
    const { AWS_S3_ENDPOINT: _, ...env } = environmentOf({ s3, sso })
    return run(['check-config', '--probe', '--config', file, ...args], env)
  }
  const mounts = () => ({
    docs: { path: '/docs/', endpoint: `${s3.endpoint}docs/` },
    films: {
      path: '/films/',
      host: 'films.example.com',
      endpoint: s3.endpoint,
      accessKeyId: s3.accessKeyId,
      secretAccessKey: 'wrong/secret',
    },
    gone: { path: '/gone/', endpoint: `${s3.origin}/no-such-bucket/` },
  })

  it('tries each by itself, and names its options where it does not work', async () => {
    const { status, stdout, stderr } = await probe(mounts(), '--json')
    assert.equal(status, 3, stderr)
    const { ok, probes } = JSON.parse(stdout.toString()) as { ok: boolean; probes: Probe[] }
    assert.equal(ok, false)
    const of = (mount: string) => probes.filter(({ name }) => name.startsWith(`s3.${mount}.`))
    assert.ok(!probes.some(({ name }) => /^s3\.[^.]+$/.test(name)))
    assert.deepEqual(
      of('docs').map(({ name, ok: works }) => [name, works]),
      ['credentials', 'connect', 'healthcheck', 'missing-key', 'clock'].map((step) => [
        `s3.docs.${step}`,
        true,
      ]),
    )
    // The health-check object is in one mount, and not missed in the others.
    assert.deepEqual(
      probes.filter(({ name }) => name.endsWith('.healthcheck')).map(({ name }) => name),
      ['s3.docs.healthcheck'],
    )
    const codes = (mount: string) => new Set(of(mount).flatMap(({ code }) => code ?? []))
    assert.deepEqual(codes('films'), new Set(['S3_CREDENTIALS']))
    assert.deepEqual(codes('gone'), new Set(['S3_BUCKET_MISSING']))
    const advice = (mount: string) =>
      of(mount)
        .filter(({ ok: works }) => !works)
        .map((one) => `${one.message} ${one.advice}`)
        .join('\n')
    assert.match(advice('films'), /mounts\.films\.secretAccessKey/)
    assert.match(advice('gone'), /mounts\.gone\.endpoint/)
    for (const mount of ['films', 'gone'])
      assert.ok(!/\bs3\.(?:endpoint|secretAccessKey|accessKeyId)/.test(advice(mount)), advice(mount))
    assert.ok(!(stdout.toString() + stderr).includes('wrong/secret'))
    const logins = probes.filter(({ name }) => name.startsWith('sso.authorize'))
    assert.deepEqual(
      logins.map(({ name, message }) => [name, message]),
      [
        ['sso.authorize', 'answered 302: the SSO takes https://assets.example.com/__redirect_from_sso'],
        [
          'sso.authorize.films.example.com',
          'answered 302: the SSO takes https://films.example.com/__redirect_from_sso',
        ],
      ],
    )
    const uris = probes
      .filter(({ name }) => name === 'sso.redirect-uri')
      .map(({ message, advice: more }) => message + more)
      .join()
    for (const host of ['assets', 'films'])
      assert.ok(uris.includes(`https://${host}.example.com/__redirect_from_sso`), uris)
  })

  it('has a line for each step of each, and exits 0 when all work', async () => {
    const { docs } = mounts()
    const { status, stdout, stderr } = await probe({ docs, all: { path: '/', endpoint: s3.endpoint } })
    assert.equal(status, 0, stderr)
    const lines = (stdout.toString() + stderr).split('\n')
    for (const step of ['docs.healthcheck', 'docs.missing-key', 'all.connect', 'all.missing-key'])
      assert.equal(lines.filter((line) => new RegExp(`\\bs3\\.${step}\\b`).test(line)).length, 1, step)
  })
})
