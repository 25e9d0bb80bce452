import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parse as parseYaml } from 'yaml'
import { untilItWorks } from '../helpers/eventually.ts'
import { npmEnv, packInto } from '../helpers/machine/npm-pack.ts'
import { findFreePort } from '../helpers/network/free-port.ts'
import { configuredEnv } from './configured-env.ts'
import { execForm, type Instruction, parseDockerfile } from './dockerfile.ts'

const deploy = 'docs/deploy'
const configured = { ...configuredEnv, S3PROXY_SERVER_PUBLIC_URL: 'https://assets.example.com' }
const folder = mkdtempSync(join(tmpdir(), 's3proxy-deploy-'))
let tarball = ''

before(() => {
  tarball = join(folder, packInto(folder).filename)
})
after(() => {
  spawnSync('chmod', ['-R', 'u+w', folder])
  rmSync(folder, { recursive: true, force: true })
})

describe('docs/deploy/Dockerfile, its steps made by hand', { timeout: 120_000 }, () => {
  const stages = parseDockerfile(readFileSync(`${deploy}/Dockerfile`, 'utf8'))
  const [, install, final] = stages
  const last = (name: string) =>
    final?.instructions.findLast((instruction) => instruction.name === name)?.text ?? ''
  const context = join(folder, 'context')
  const rootOf = (stage: string) => join(folder, `root-${stage}`)
  const env: Record<string, string> = {}

  before(() => {
    // The files that .dockerignore lets in.
    const ignored = readFileSync(`${deploy}/Dockerfile.dockerignore`, 'utf8')
    const kept = [...ignored.matchAll(/^!(.*)$/gm)].map(([, pattern = '']) => pattern)
    assert.match(ignored, /^\*$/m)
    mkdirSync(context)
    for (const pattern of kept) {
      const from = pattern.endsWith('.tgz') ? tarball : pattern
      cpSync(from, join(context, from === tarball ? tarball.slice(folder.length) : from))
    }
    for (const stage of [install, final]) {
      assert.ok(stage)
      build(stage.name, stage.instructions)
    }
    chmodSync(folder, 0o755)
    spawnSync('chmod', ['-R', 'a-w', rootOf(final?.name ?? '')])
  })

  /** Executes those instructions of a Dockerfile that write files, below a folder. */
  function build(stage: string, instructions: Instruction[]): void {
    const root = rootOf(stage)
    mkdirSync(join(root, 'tmp'), { recursive: true })
    mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
    let cwd = root
    for (const { name, text } of instructions) {
      if (name === 'WORKDIR') {
        cwd = join(root, text)
        mkdirSync(cwd, { recursive: true })
      } else if (name === 'COPY') copy(root, text)
      else if (name === 'ENV')
        for (const pair of text.split(' ')) env[pair.split('=')[0] ?? ''] = pair.split('=')[1] ?? ''
      else if (name === 'RUN') {
        // Paths of the image become paths below the folder.
        const command = text.replace(/(?<=^|\s)\/(?=app|tmp|usr\/local)/g, `${root}/`)
        const { status, stderr } = spawnSync('sh', ['-ec', command], { cwd, env: npmEnv, encoding: 'utf8' })
        assert.equal(status, 0, `${command}\n${stderr}`)
      } else assert.match(name, /^(?:FROM|USER|EXPOSE|HEALTHCHECK|ENTRYPOINT|CMD)$/)
    }
  }

  function copy(root: string, text: string): void {
    const from = /^--from=(\S+) /.exec(text)?.[1]
    const names = text.replace(/^--from=\S+ /, '').split(' ')
    const target = join(root, names.pop() ?? '')
    if (from !== undefined) {
      cpSync(join(rootOf(from), names[0] ?? ''), target, { recursive: true, verbatimSymlinks: true })
      return
    }
    mkdirSync(target, { recursive: true })
    for (const name of names) {
      const sent = spawnSync('sh', ['-ec', `cp ${name} ${target}`], { cwd: context, encoding: 'utf8' })
      assert.equal(sent.status, 0, sent.stderr)
    }
  }

  /** The user of the image, where this process may become that user, and the user may run this Node. */
  function asUser(): { uid?: number; gid?: number } {
    const [uid, gid] = last('USER').split(':').map(Number)
    if (process.getuid?.() !== 0 || uid === undefined || gid === undefined) return {}
    return spawnSync(process.execPath, ['--version'], { uid, gid }).status === 0 ? { uid, gid } : {}
  }

  it('holds the product and what it needs, and nothing of tests and tools', () => {
    const app = join(rootOf(final?.name ?? ''), 'app')
    for (const path of [
      'bin/s3proxy.js',
      'dist/cli/main.js',
      'node_modules/pino',
      'node_modules/@aws-sdk/client-s3',
    ])
      assert.ok(existsSync(join(app, path)), path)
    for (const path of ['src', 'test', 'node_modules/typescript', 'node_modules/@biomejs', '.env', '.git'])
      assert.ok(!existsSync(join(app, path)), path)
  })

  it('is of the Node that the checks run with too', () => {
    const lts = /^lts=(\d+)$/m.exec(readFileSync('.ci/run', 'utf8'))?.[1]
    assert.deepEqual(stages[0]?.instructions, [{ name: 'ARG', text: `NODE=${lts}` }])
    assert.match(last('USER'), /^[1-9]\d*:[1-9]\d*$/)
  })

  it('starts without a place to write, is healthy, and ends on SIGTERM', async (t) => {
    const root = rootOf(final?.name ?? '')
    const port = await findFreePort()
    const running = {
      cwd: join(root, last('WORKDIR')),
      env: {
        ...configured,
        ...env,
        PORT: String(port),
        S3PROXY_SERVER_HOST: '127.0.0.1',
        PATH: `${join(root, 'usr/local/bin')}:${dirname(process.execPath)}:/usr/bin:/bin`,
        HOME: '/nonexistent',
      },
      ...asUser(),
    }
    const [command = '', ...args] = [...execForm(last('ENTRYPOINT')), ...execForm(last('CMD'))]
    const child = spawn(command, args, { ...running, stdio: ['ignore', 'pipe', 'inherit'] })
    t.after(() => child.kill('SIGKILL'))
    const exited = once(child, 'exit')
    await listening(child)
    const [probe = '', ...words] = execForm(last('HEALTHCHECK').replace(/^.*? CMD /, ''))
    assert.equal(spawnSync(probe, words, { ...running, timeout: 20_000 }).status, 0)
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null])
    assert.equal(spawnSync(probe, words, { ...running, timeout: 20_000 }).status, 1)
  })
})

describe('docs/deploy/cloud-foundry, staged by hand', { timeout: 120_000 }, () => {
  const app = join(folder, 'app')
  const manifest = parseYaml(readFileSync(`${deploy}/cloud-foundry/manifest.yml`, 'utf8')).applications[0]

  before(() => {
    cpSync(`${deploy}/cloud-foundry`, app, { recursive: true })
    cpSync(tarball, join(app, tarball.slice(folder.length)))
    const npm = (...args: string[]) => {
      const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
      const done = spawnSync('npm', [...args, ...flags], { cwd: app, env: npmEnv, encoding: 'utf8' })
      assert.equal(done.status, 0, done.stderr)
    }
    // First the command of docs/deploying.md, then the one of the buildpack.
    npm('install', '--package-lock-only')
    npm('ci', '--omit=dev')
  })

  for (const command of [manifest.command as string, 'npm start']) {
    it(`is started by ${command}, and healthy where the platform looks`, async (t) => {
      const port = await findFreePort()
      const child = spawn('sh', ['-c', `exec ${command}`], {
        cwd: app,
        env: {
          ...configured,
          ...npmEnv,
          PORT: String(port),
          WEB_CONCURRENCY: '1',
          VCAP_APPLICATION: JSON.stringify({ application_uris: [manifest.routes[0].route] }),
          PATH: `${process.env.PATH}:${app}/bin:${app}/node_modules/.bin`,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      })
      t.after(() => {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      })
      // The output closes when the last process below it has ended.
      const closed = once(child, 'close')
      await listening(child)
      const asked = await fetch(`http://127.0.0.1:${port}${manifest['health-check-http-endpoint']}`)
      assert.equal(asked.status, 200)
      await asked.text()
      child.kill('SIGTERM')
      await closed
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
    })
  }
})

describe('docs/deploy/s3proxy.service, with a socket as systemd gives it', () => {
  const unit = readFileSync(`${deploy}/s3proxy.service`, 'utf8')
  const [, commandLine = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? []
  const environment = [...unit.matchAll(/^Environment=(.*)$/gm)].map(([, text = '']) => text)
  const credentials = [...unit.matchAll(/^LoadCredential=([^:]+):/gm)].map(([, name = '']) => name)

  it('starts with the first connection, reads its credentials, and ends on SIGTERM', async (t) => {
    if (spawnSync('systemd-socket-activate', ['--version']).status !== 0)
      return t.skip('systemd-socket-activate is not here: it comes with systemd')
    const [loaded, config] = [join(folder, 'credentials'), join(folder, 's3proxy.json')]
    mkdirSync(loaded)
    for (const name of credentials)
      writeFileSync(join(loaded, name), name === 'redis-url' ? 'redis://127.0.0.1:1\n' : 'canary-secret\n')
    cpSync('s3proxy.example.json', config)
    const port = await findFreePort()
    const words = commandLine
      .replace('/usr/local/bin/s3proxy', resolve('bin/s3proxy.js'))
      .replace('/etc/s3proxy/s3proxy.json', config)
      .split(' ')
    const env = [...environment, `PATH=${process.env.PATH}`].flatMap((text) => [
      '-E',
      text.replace('%d', loaded),
    ])
    const child = spawn('systemd-socket-activate', ['-l', `127.0.0.1:${port}`, ...env, ...words], {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.after(() => child.kill('SIGKILL'))
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        output += piece
      })
    const exited = once(child, 'exit')
    await untilItWorks(async () => {
      const { status } = await fetch(`http://127.0.0.1:${port}/__s3proxy/livez`)
      assert.equal(status, 200)
    })
    child.kill('SIGTERM')
    assert.deepEqual(await exited, [0, null], output)
    assert.match(output, /"msg":"stopped"/)
    assert.ok(!output.includes('canary'))
  })
})

/** Waits for the line `listening`. */
async function listening(child: ChildProcess): Promise<void> {
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (piece) => {
      output += piece
      if (output.includes('"msg":"listening"')) resolve()
    })
    child.once('exit', (status) =>
      reject(new Error(`it ended with ${status} before it listened:\n${output}`)),
    )
  })
}
