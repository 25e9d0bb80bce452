import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findGoProgram } from '../machine/find-go-program.ts'
import { type ServerProgram, startServerProgram } from '../machine/server-program.ts'
import { findFreePort } from '../network/free-port.ts'

/** A dex that is not yet started: its clients are told to it at the start, and the proxy of a client begins first. */
export interface Dex {
  /** For `sso.issuer`. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** For `sso.scope`; with `offline_access`, without which dex gives no refresh token. */
  readonly scope: string
  start(...redirectUris: string[]): Promise<void>
  close(): Promise<void>
}

export interface DexOptions {
  /** How long its tokens live, whole seconds; an hour unless given. */
  tokenSeconds?: number
}

/** The program dex, as `DEX` names it or as the search path has it. The folder `web` of its source lies beside it. */
export function findDex(): string | undefined {
  return findGoProgram('dex')
}

/**
 * Prepares dex with two ways in: the person `ada@example.com` with the password `password`, and the connector `mock`,
 * which asks nothing and has groups.
 */
export async function prepareDex(program: string, { tokenSeconds = 3600 }: DexOptions = {}): Promise<Dex> {
  const port = await findFreePort()
  const issuer = `http://127.0.0.1:${port}/dex`
  const [clientId, clientSecret] = ['assets', 'secret-of-the-application']
  const folder = await mkdtemp(join(tmpdir(), 's3proxy-dex-'))
  let server: ServerProgram | undefined
  return {
    ...{ issuer, clientId, clientSecret, scope: 'openid profile email groups offline_access' },
    async start(...redirectUris) {
      // Its file is YAML, of which JSON is a part.
      const settings = {
        issuer,
        storage: { type: 'memory' },
        web: { http: `127.0.0.1:${port}` },
        frontend: { dir: join(dirname(program), 'web') },
        expiry: { idTokens: `${tokenSeconds}s` },
        oauth2: { skipApprovalScreen: true },
        staticClients: [
          { id: clientId, secret: clientSecret, name: 'The file site', redirectURIs: redirectUris },
        ],
        connectors: [{ type: 'mockCallback', id: 'mock', name: 'Mock' }],
        enablePasswordDB: true,
        staticPasswords: [
          { email: 'ada@example.com', username: 'Ada Example', userID: 'ada-1', hash: hashOfPassword },
        ],
      }
      const file = join(folder, 'dex.yaml')
      await writeFile(file, JSON.stringify(settings))
      server = await startServerProgram(program, ['serve', file], { isReady: /listening \(http\) on/ })
    },
    async close() {
      await server?.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Finds the link to one of the ways in, on dex's page that offers all of them. */
export function wayInBy(connector: 'local' | 'mock', html: string, url: string): string {
  const path = new RegExp(`href="([^"]*/auth/${connector}\\?[^"]*)"`).exec(html)?.[1]
  if (path === undefined) throw new Error(`no way in by ${connector} on ${url}: ${html}`)
  return new URL(path.replaceAll('&amp;', '&'), url).href
}

/** `password` by bcrypt, at the lowest cost that dex takes. */
const hashOfPassword = '$2a$10$abcdefghijklmnopqrstuu5Lo0g67CiD3M4RpN1BmBb4Crp5w7dbK'
