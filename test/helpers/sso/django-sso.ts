import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** An order to the server while it runs; only `allow-redirect` has a value. */
export type DjangoOrder =
  | 'allow-redirect'
  | 'ask-for-consent'
  | 'revoke-tokens'
  | 'expire-tokens'
  | 'expire-codes'
  | 'end-sessions'

export interface DjangoSso {
  /** For `sso.url`. */
  readonly url: string
  /** For `sso.issuer`, in place of `sso.url`: it is an OpenID provider, too. */
  readonly openidIssuer: string
  readonly clientId: string
  readonly clientSecret: string
  order(order: DjangoOrder, value?: string): Promise<void>
  close(): Promise<void>
}

const project = fileURLToPath(new URL('django-sso/', import.meta.url))

/** The Python that has Django OAuth Toolkit, as `DJANGO_PYTHON` names it. */
export function findDjangoPython(): string | undefined {
  const named = process.env.DJANGO_PYTHON
  return named === '' ? undefined : named
}

/** Django OAuth Toolkit, the kind of SSO that the original had, as it comes; it knows one application. */
export async function startDjangoSso(python: string): Promise<DjangoSso> {
  const folder = await mkdtemp(join(tmpdir(), 's3proxy-django-'))
  const [clientId, clientSecret] = ['s3proxy-test', 'secret-of-the-application']
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const child = spawn(python, ['-B', join(project, 'serve.py'), clientId, clientSecret], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      DJANGO_SSO_DATABASE: join(folder, 'database'),
      DJANGO_SSO_KEY: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
    },
    // It ends when its standard input does, so it never outlives this process.
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  const close = async () => {
    child.stdin.end()
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  const ended = exited.then(([status]) => Promise.reject(new Error(`${python} ended with ${status}`)))
  ended.catch(() => {})
  const [port] = await Promise.race([once(lines, 'line'), ended])
  const url = `http://127.0.0.1:${port}/`
  return {
    ...{ url, openidIssuer: `${url}o`, clientId, clientSecret, close },
    async order(order, value = '') {
      const body = new URLSearchParams({ order, value })
      const { status } = await fetch(`${url}orders/`, { method: 'POST', body })
      if (status !== 200) throw new Error(`${order} was answered with ${status}`)
    },
  }
}
