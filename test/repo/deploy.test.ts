import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { defaultOf } from '../../src/config/options/option.ts'
import { productOptions } from '../../src/config/options/product-options.ts'
import { createAdminServer } from '../../src/server/admin-server.ts'
import { livezPage } from '../../src/server/own/livez.ts'
import { createReadyzPage } from '../../src/server/own/readyz.ts'
import { createRouter, routeKindOf } from '../../src/server/route.ts'
import { emptyFolder } from '../helpers/config/file-with.ts'
import { resolve } from '../helpers/config/given.ts'

const { single: options } = productOptions

const folder = 'docs/deploy'
const read = (file: string) => readFileSync(`${folder}/${file}`, 'utf8')
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

/** Reads every document of a file. The tests assert their shape. */
// biome-ignore lint/suspicious/noExplicitAny: the types of Kubernetes and Cloud Foundry are theirs.
function readYaml(file: string): any[] {
  // Both platforms read YAML 1.1, in which `0440` and `yes` are no text.
  return parseAllDocuments(read(file), { version: '1.1', uniqueKeys: true }).map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], [])
    return document.toJS()
  })
}

const named = options.flatMap((option) => option.envNames.map((name) => [name, option] as const))
const knownNames = new Map([
  ...named,
  ...named
    .filter(([, { isSecret }]) => isSecret === true)
    .map(([name, option]) => [`${name}_FILE`, option] as const),
])

/** Expects an environment without problems. Files that `_FILE` names need not exist here. */
function checkEnvironment(env: Record<string, string>): void {
  const unknown = Object.keys(env).filter((name) => !knownNames.has(name))
  assert.deepEqual(unknown, [])
  const values = Object.entries(env).map(([name, value]) => {
    if (!name.endsWith('_FILE')) return [name, value]
    return [
      name.slice(0, -'_FILE'.length),
      name.startsWith('REDIS') ? 'rediss://redis.example.com:6379' : 'secret',
    ]
  })
  const { problems, warnings } = resolve({ env: Object.fromEntries(values) })
  assert.deepEqual([...problems, ...warnings], [])
}

describe('docs/deploying.md', () => {
  it('names every file of docs/deploy', () => {
    const text = readFileSync('docs/deploying.md', 'utf8')
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).replace(/^docs\//, ''))
    assert.ok(files.length >= 8)
    for (const file of files) assert.ok(text.includes(`](${file})`), file)
  })

  it('and its files name this version', () => {
    for (const file of [
      'kubernetes.yaml',
      'Dockerfile',
      'cloud-foundry/package.json',
      'cloud-foundry/manifest.yml',
    ]) {
      const told = read(file).match(/(?<=s3proxy[-:])\d+\.\d+\.\d+/g) ?? []
      assert.ok(told.length > 0, file)
      assert.deepEqual([...new Set(told)], [version], file)
    }
  })
})

describe('the manifest of Cloud Foundry', () => {
  const [{ applications }] = readYaml('cloud-foundry/manifest.yml')
  const [app] = applications

  it('has an environment that is right, with what the platform adds', () => {
    const secret = (text: string) => text.replace(/^\(\((\w+)\)\)$/, 'secret')
    const env = Object.fromEntries(
      Object.entries(app.env as Record<string, string>).map(([name, value]) => [name, secret(value)]),
    )
    assert.ok(!Object.values(app.env).includes('secret'))
    for (const { envNames } of options.filter(({ isSecret }) => isSecret === true))
      for (const name of envNames) assert.match(app.env[name] ?? '((x))', /^\(\(\w+\)\)$/, name)
    checkEnvironment({
      ...env,
      PORT: '8080',
      VCAP_SERVICES: '{"redis": [{"credentials": {"uri": "rediss://redis.example.com:6379"}}]}',
    })
  })

  it('asks for health where it is told', () => {
    assert.deepEqual([app['health-check-type'], app['readiness-health-check-type']], ['http', 'http'])
    const readiness = { check: () => assert.fail('asked') }
    const route = createRouter([livezPage, createReadyzPage({ readiness })], [{ path: '/' }], undefined)
    assert.equal(routeKindOf(route(app['health-check-http-endpoint'], '')), 'livez')
    assert.equal(routeKindOf(route(app['readiness-health-check-http-endpoint'], '')), 'readyz')
  })

  it('has the host of its URL as its route', () => {
    assert.deepEqual(app.routes, [{ route: new URL(app.env.S3PROXY_SERVER_PUBLIC_URL).host }])
  })
})

describe('the manifests of Kubernetes', () => {
  const [deployment, service, budget] = readYaml('kubernetes.yaml')
  const { spec: pod, metadata } = deployment.spec.template
  const [container] = pod.containers
  const env = Object.fromEntries(
    (container.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
  )
  const portNamed = (name: string) =>
    container.ports.find((port: { name: string }) => port.name === name)?.containerPort

  it('are a deployment, its service and its budget of disruptions, tied by one label', () => {
    const kinds = [deployment, service, budget].map(({ kind }) => kind)
    assert.deepEqual(kinds, ['Deployment', 'Service', 'PodDisruptionBudget'])
    for (const selector of [
      deployment.spec.selector.matchLabels,
      service.spec.selector,
      budget.spec.selector.matchLabels,
    ])
      assert.deepEqual(selector, metadata.labels)
    assert.ok(deployment.spec.replicas > budget.spec.maxUnavailable)
  })

  it('have an environment that is right', () => {
    checkEnvironment(env)
    assert.equal(env.PORT, String(portNamed('http')))
    assert.equal(env.S3PROXY_SERVER_ADMIN_PORT, String(portNamed('admin')))
    assert.equal(metadata.annotations['prometheus.io/port'], String(portNamed('admin')))
  })

  const admin = createAdminServer({
    readiness: async () => ({ state: 'ok', checks: {} }),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    sessions: { count: async () => 0, end: async () => 0 },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  })
  let adminPort: number | undefined
  before(async () => {
    adminPort = await admin.listen({ port: 0, host: '127.0.0.1' })
  })
  after(() => admin.close())

  it('ask the admin port for what it has, and wait longer than it takes to answer', async () => {
    const [liveness, readiness] = [container.livenessProbe, container.readinessProbe]
    assert.deepEqual(
      [liveness.httpGet, readiness.httpGet],
      [
        { path: '/livez', port: 'admin' },
        { path: '/readyz', port: 'admin' },
      ],
    )
    const scraped = metadata.annotations['prometheus.io/path']
    for (const path of [liveness.httpGet.path, readiness.httpGet.path, scraped])
      assert.equal((await fetch(`http://127.0.0.1:${adminPort}${path}`)).status, 200, path)
    // A dependency may take two and a half seconds.
    assert.ok(readiness.timeoutSeconds > 2.5)
  })

  it('kill no pod that still drains', () => {
    const drainMs = Number(env.S3PROXY_SERVER_DRAIN_TIMEOUT_MS)
    const preStopMs = container.lifecycle.preStop.sleep.seconds * 1000
    assert.ok(drainMs > Number(defaultOf(knownNames.get('S3PROXY_SERVER_DRAIN_TIMEOUT_MS') as never)))
    assert.ok(pod.terminationGracePeriodSeconds * 1000 >= preStopMs + drainMs + 2000)
  })

  it('mount the secrets where the environment looks for them, and none is in the environment', () => {
    const { mountPath, readOnly } = container.volumeMounts[0]
    const files = Object.entries(env).filter(([name]) => name.endsWith('_FILE'))
    assert.ok(files.length >= 4 && readOnly)
    const created = [...read('kubernetes.yaml').matchAll(/--from-file=([\w-]+)/g)].map(([, name]) => name)
    for (const [, path] of files) assert.ok(created.includes(path.replace(`${mountPath}/`, '')), path)
    for (const name of Object.keys(env))
      assert.notEqual(knownNames.get(name)?.isSecret && !name.endsWith('_FILE'), true)
    assert.equal(pod.volumes[0].secret.secretName, 's3proxy')
    // The group of the pod can read it, and nobody else.
    assert.equal(pod.volumes[0].secret.defaultMode, 0o440)
    assert.equal(pod.securityContext.fsGroup, pod.securityContext.runAsGroup)
  })

  it('give the container nothing that it does not need', () => {
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    assert.equal(pod.securityContext.runAsNonRoot, true)
    assert.equal(
      `${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`,
      /^USER (.*)$/m.exec(read('Dockerfile'))?.[1],
    )
    assert.ok(container.resources.requests.memory && container.resources.limits.memory)
  })

  it('have no field that Kubernetes does not know', (t) => {
    // kubectl decodes the file into the types of the API, and prints the result.
    const args = ['set', 'image', '--local', '-f', '-', 's3proxy=other', '-o', 'json']
    const { status, stdout, stderr } = spawnSync('kubectl', args, {
      input: JSON.stringify(deployment),
      encoding: 'utf8',
    })
    if (status === null) return t.skip('kubectl is not here')
    assert.equal(status, 0, stderr)
    const understood = JSON.parse(stdout)
    assert.equal(understood.kind, 'Deployment')
    deployment.spec.template.spec.containers[0].image = 'other'
    assert.deepEqual(missingIn(understood, deployment), [])
  })
})

/** The paths that `given` has and `understood` lacks. */
function missingIn(understood: unknown, given: unknown, path = ''): string[] {
  if (typeof given !== 'object' || given === null) return understood === given ? [] : [path]
  return Object.entries(given).flatMap(([name, value]) =>
    missingIn((understood as Record<string, unknown> | undefined)?.[name], value, `${path}.${name}`),
  )
}

describe('the units of systemd', () => {
  const unit = read('s3proxy.service')
  const valuesOf = (name: string) =>
    [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value)

  it('have an environment that is right, of credentials that are loaded', () => {
    const env = Object.fromEntries(valuesOf('Environment').map((text) => text.split('=') as [string, string]))
    const { NODE_ENV, ...ours } = env
    assert.equal(NODE_ENV, 'production')
    for (const name of Object.keys(ours)) assert.ok(knownNames.has(name), name)
    const loaded = valuesOf('LoadCredential').map((text) => text.split(':')[0])
    const used = Object.values(ours).filter((value) => value.startsWith('%d/'))
    assert.deepEqual(
      used,
      loaded.map((name) => `%d/${name}`),
    )
    assert.ok(loaded.length >= 4)
  })

  it('wait for the drain before they kill', () => {
    const drain = Number(/S3PROXY_SERVER_DRAIN_TIMEOUT_MS=(\d+)/.exec(unit)?.[1])
    assert.ok(Number(valuesOf('TimeoutStopSec')[0]) * 1000 >= drain + 2000)
    assert.deepEqual(valuesOf('KillMode'), ['mixed'])
    assert.deepEqual(valuesOf('ExecReload'), ['/bin/kill -HUP $MAINPID'])
  })

  it('are units that systemd takes, with little left to attack', (t) => {
    const place = emptyFolder(t)
    // systemd-analyze wants the program of the unit to be there.
    writeFileSync(join(place, 's3proxy.service'), unit.replace('/usr/local/bin/s3proxy', '/bin/true'))
    writeFileSync(join(place, 's3proxy.socket'), read('s3proxy.socket'))
    const units = ['s3proxy.service', 's3proxy.socket'].map((name) => join(place, name))
    const verified = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' })
    if (verified.status === null) {
      if (process.env.CI)
        assert.fail('systemd-analyze is needed to look at units: install the package systemd')
      return t.skip('systemd-analyze is not here')
    }
    const ours = verified.stderr.split('\n').filter((line) => line.includes(place))
    assert.deepEqual([verified.status, ours], [0, []])
    // The threshold is in tenths: 0 is the safest, and 96 is a service without any hardening.
    const args = ['security', '--offline=yes', '--threshold=20', '--no-pager', units[0] as string]
    const judged = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
    assert.equal(judged.status, 0, judged.stdout)
  })
})
