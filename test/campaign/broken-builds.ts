import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A mistake that such a program may have, as changes of the built files. */
export interface Mistake {
  name: string
  /** Each text must stand exactly once in all of the build, in whichever file that is. */
  changes: { from: string; to: string }[]
  /** Kinds of fault to begin with, so that finding it takes less time. */
  showsIn: string[]
  /** What the complaint about it is like. */
  complaint: RegExp
}

export const mistakes: Mistake[] = [
  {
    name: 'bodies are piped: one that breaks off is ended',
    changes: [
      {
        from: '(error) => this.#healAfter(error, waitedSinceMs));',
        to: '() => null);',
      },
      {
        from: '&& bytes !== sizeBytes)',
        to: '&& bytes > sizeBytes)',
      },
    ],
    showsIn: ['S3 cuts each body once'],
    complaint: /ends as if it were whole|neither goes on nor ends/,
  },
  {
    name: 'a body is continued without If-Match',
    changes: [
      { from: "            'if-match': etag,\n", to: '' },
      {
        from: 'const isRight = found.etag === etag &&',
        to: 'const isRight =',
      },
      { from: 'range.sizeBytes === sizeBytes', to: 'true' },
    ],
    showsIn: ['objects are replaced in the middle'],
    complaint: /no version of it/,
  },
  {
    name: 'a login is not bound to the browser that began it',
    changes: [
      {
        from: 'const browser = sent.find((secret) => login !== undefined && parts.pending.isOf(login, secret));',
        to: "const browser = login === undefined ? undefined : (sent[0] ?? 'anybody');",
      },
      {
        from: 'sealedVerifier: seal(codeVerifier, browser, purposes.pkce),',
        to: 'sealedVerifier: codeVerifier,',
      },
      {
        from: 'return unseal(login.sealedVerifier, browser, purposes.pkce);',
        to: 'return login.sealedVerifier;',
      },
    ],
    showsIn: ['S3 is odd, and right'],
    complaint: /a login that another browser began/,
  },
  {
    name: 'keys are made with new URL',
    changes: [
      {
        from: 'const encoded = path.slice(1);',
        to: "const encoded = new URL(path, 'http://host').pathname.slice(1);",
      },
    ],
    showsIn: ['S3 is odd, and right'],
    complaint: /no version of it|status (?:200|404)|which nobody asked for/,
  },
  {
    name: 'commands to Redis wait for its return',
    changes: [
      {
        from: 'enableOfflineQueue: false,\n        retryStrategy',
        to: 'enableOfflineQueue: true,\n        retryStrategy',
      },
      {
        from: 'maxRetriesPerRequest: 0,',
        to: 'maxRetriesPerRequest: null,',
      },
      {
        from: 'return await withinTime(work);',
        to: 'return await work;',
      },
    ],
    showsIn: ['Redis is down'],
    complaint: /no answer within/,
  },
]

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Copies the build and makes the mistake in the copy.
 *
 * @returns the program to start, and what removes it again
 * @throws Error when a text to be changed is not there: then the mistake has to be told anew
 */
export function breakBuild({ name, changes }: Mistake): { file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 's3proxy-broken-'))
  for (const part of ['dist', 'bin', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  const dist = join(folder, 'dist')
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => join(dist, file))
  for (const { from, to } of changes) {
    const places = files.flatMap((file) =>
      readFileSync(file, 'utf8')
        .split(from)
        .slice(1)
        .map(() => file),
    )
    const [file, ...more] = places
    if (file === undefined || more.length > 0) {
      remove()
      throw new Error(`${name}: the build does not have this text exactly once any more: ${from}`)
    }
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(from, () => to),
    )
  }
  return { file: join(folder, 'bin/s3proxy.js'), remove }
}
