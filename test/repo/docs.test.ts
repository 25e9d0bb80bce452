import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { createProgram } from '../../src/cli/program.ts'
import { productOptions } from '../../src/config/options/product-options.ts'
import { errorStatus, operatorCodes } from '../../src/errors.ts'
import { reservedKeys } from '../../src/http/own-paths.ts'
import type { logAccess } from '../../src/log/log-access.ts'
import { optionTexts } from '../tools/option-texts.ts'
import { generatedParts, withOptions } from '../tools/write-docs.ts'

const ofOptions = optionTexts(productOptions)
const readme = readFileSync('README.md', 'utf8')
const manPage = readFileSync('man/s3proxy.json.5', 'utf8').replaceAll('\\-', '-')

describe('the lists of options', () => {
  for (const part of generatedParts) {
    it(`in ${part.file} are what the schema says`, () => {
      const now = readFileSync(part.file, 'utf8')
      assert.equal(now, withOptions(part), 'run `npm run docs`, and commit what it writes')
    })
  }

  for (const { path, value, envNames } of ofOptions) {
    it(`have ${path} with its default and every environment name`, () => {
      const row = readme.split('\n').find((line) => line.startsWith(`| \`${path}\` |`)) ?? ''
      const entry = manPage.split('.TP\n').find((part) => part.startsWith(`.B ${path}\n`)) ?? ''
      const isWord = value === 'required' || value === 'inherited'
      const standing = isWord ? value : value === 'none' ? 'no default' : `default: ${value}`
      for (const text of [value, ...envNames]) assert.ok(row.includes(text), `README.md: ${text}`)
      for (const text of [standing, ...envNames]) assert.ok(entry.includes(text), `s3proxy.json(5): ${text}`)
    })
  }
})

describe('docs/errors.md', () => {
  const [ofRequests = '', processes = ''] = readFileSync('docs/errors.md', 'utf8').split(
    '## What is about the process',
  )
  const rowsOf = (text: string) => text.match(/^\| `[A-Z0-9_]+` .*$/gm) ?? []
  const [rows, ofProcess] = [rowsOf(ofRequests), rowsOf(processes)]

  it('has every code once, with its status, cause and cure', () => {
    const told = rows.map((row) => row.split('|').map((cell) => cell.trim()))
    assert.deepEqual(
      told.map((cells) => `${cells[1]} ${cells[2]}`).sort(),
      Object.entries(errorStatus)
        .map(([code, status]) => `\`${code}\` ${status}`)
        .sort(),
    )
    for (const [, code, , cause = '', cure = ''] of told)
      assert.ok(cause.length > 10 && cure.length > 7, String(code))
  })

  it('has every code that no request is answered with, with its cause and cure', () => {
    assert.deepEqual(ofProcess.map((row) => /`(\w+)`/.exec(row)?.[1]).sort(), [...operatorCodes].sort())
    for (const row of ofProcess) {
      const [, , cause = '', cure = ''] = row.split('|').map((cell) => cell.trim())
      assert.ok(cause.length > 10 && cure.length > 10, row)
    }
  })
})

describe('README.md', () => {
  it('names every command', () => {
    for (const command of createProgram(() => {}).commands)
      assert.match(readme, new RegExp(`s3proxy ${command.name()}`))
  })

  it('names every field of the access line', () => {
    // The compiler makes sure that this record has every field.
    const record: Required<Parameters<typeof logAccess>[1]> = {
      requestId: '',
      method: '',
      path: '',
      mount: '',
      key: '',
      route: '',
      status: 0,
      bytes: 0,
      outcome: 'complete',
      totalMs: 0,
      sessionMs: 0,
      ssoMs: 0,
      limitMs: 0,
      s3Ms: 0,
      who: '',
      code: '',
      healed: 0,
      askedTwiceBytes: 0,
      parts: 0,
      ground: '',
      rule: '',
      login: 'started',
      bearer: 'accepted',
      s3RequestId: '',
      traceId: '',
    }
    const table = readme.split('## Watch it')[1]?.split('\n## ')[0] ?? ''
    for (const field of Object.keys(record)) assert.ok(table.includes(`\`${field}\``), field)
  })

  it('names every status that an error can have', () => {
    const table = readme.split('| what happened | status |')[1]?.split('\n\n')[0] ?? ''
    const missing = Object.values(errorStatus).filter(
      (status) => ![401, 403, 500].includes(status) && !table.includes(String(status)),
    )
    assert.deepEqual(missing, [])
  })

  it('names the keys that cannot be served', () => {
    for (const key of reservedKeys) assert.ok(readme.includes(`\`${key}\``), key)
  })
})

const documents = readdirSync('.', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.md') && !/(?:^|\/)(?:node_modules|dist|\.[^/]+)\//.test(file),
)

describe('links between documents', () => {
  it('lead to files and headings that exist', () => {
    const broken = documents.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const [path = '', heading] = link.split('#')
          const target = path === '' ? file : join(dirname(file), path)
          return !existsSync(target) || (heading !== undefined && !headingsOf(target).includes(heading))
        })
        .map((link) => `${file}: ${link}`),
    )
    assert.deepEqual(broken, [])
    assert.ok(documents.includes('README.md'))
  })
})

describe('paths of files in documents', () => {
  const paths = documents.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/`((?:src|bin|test|docs|man)\/[\w./-]*)`/g)].map(
      ([, path = '']) => [file, path] as const,
    ),
  )

  it('lead to files and folders that exist', () => {
    const missing = paths.filter(([, path]) => !existsSync(path)).map((found) => found.join(': '))
    assert.deepEqual(missing, [])
  })

  it('walk through the rooms in CONTRIBUTING.md', () => {
    const named = new Set(paths.filter(([file]) => file === 'CONTRIBUTING.md').map(([, path]) => path))
    for (const room of ['server', 'identity', 'session', 'sso', 'object', 'origin', 's3', 'config', 'wiring'])
      assert.ok(
        [...named].some((path) => path.startsWith(`src/${room}/`)),
        room,
      )
  })
})

describe('the code', () => {
  it('mentions documents that exist', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    const broken = files.flatMap((file) =>
      [...readFileSync(join('src', file), 'utf8').matchAll(/(?<![\w/.])docs\/[\w/.-]*\w/g)]
        .filter(([mention]) => !existsSync(mention))
        .map(([mention]) => `${file}: ${mention}`),
    )
    assert.deepEqual(broken, [])
  })
})

describe('docs/decisions', () => {
  it('has every note in its index', () => {
    const index = readFileSync('docs/decisions/README.md', 'utf8')
    const notes = readdirSync('docs/decisions').filter((file) => /^\d{3}-.*\.md$/.test(file))
    assert.deepEqual(
      notes.filter((file) => !index.includes(`(${file})`)),
      [],
    )
    assert.ok(notes.length > 0)
  })

  it('numbers its notes one after the other', () => {
    const numbers = readdirSync('docs/decisions').flatMap((file) => /^\d{3}/.exec(file) ?? [])
    assert.deepEqual(
      numbers.map(Number),
      numbers.map((_, index) => index + 1),
    )
  })

  it('says of every package why it was chosen', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
    const note = readFileSync('docs/decisions/001-stack.md', 'utf8')
    const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !name.startsWith('@types/') && !note.includes(`\n| \`${name}\` |`),
    )
    assert.deepEqual(missing, [])
  })
})

describe('names in the documentation', () => {
  const texts = [...documents, ...readdirSync('man').map((file) => `man/${file}`)]
    .filter((file) => !file.startsWith('test/'))
    .map((file) => [file, readFileSync(file, 'utf8').replaceAll('\\-', '-')] as const)

  it('are paths of options that exist', () => {
    const known = new Set(ofOptions.map(({ path }) => path))
    const wrong = texts.flatMap(([file, text]) =>
      [...text.matchAll(/(?:`|\.B[IR]? )((?:server|s3|sso|session|access|pages|log)\.(?!ts\b)[a-z]\w*)/g)]
        .map(([, path = '']) => path)
        .filter((path) => !known.has(path))
        .map((path) => `${file}: ${path}`),
    )
    assert.deepEqual(wrong, [])
  })

  it('are environment names of options that exist', () => {
    const names = ofOptions.flatMap(({ envNames, isSecret }) =>
      envNames.flatMap((name) => (isSecret ? [name, `${name}_FILE`] : [name])),
    )
    const known = new Set([...names, 'S3PROXY_CONFIG', 'S3PROXY_TOKEN'])
    const wrong = texts.flatMap(([file, text]) =>
      (text.match(/\bS3PROXY_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [])
        .filter((name) => !known.has(name))
        .map((name) => `${file}: ${name}`),
    )
    assert.deepEqual(wrong, [])
  })
})

/** The anchors of the headings of a file, as GitHub makes them. */
function headingsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, text = '']) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
