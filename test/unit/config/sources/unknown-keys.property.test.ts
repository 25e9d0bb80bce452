import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom, type Random } from '../../../helpers/random.ts'
import { largerOptions, resolveLarger } from '../larger-schema.ts'

const runs = 300

describe('a key of the file that no option has', () => {
  it('is named with its whole path, whatever else stands in the file, and nothing else is named so', () => {
    const random = createRandom()
    for (let run = 0; run < runs; run++) {
      const { content, strays } = randomFile(random)
      const { config, problems } = resolveLarger(content)
      const named = problems.filter(({ message }) => message.startsWith('unknown key in s3proxy.json'))
      const seen = `TEST_SEED=${random.seed}: ${JSON.stringify(content)}`
      assert.deepEqual(named.map(({ path }) => path).sort(), strays.sort(), seen)
      assert.equal(config === undefined, problems.length > 0, seen)
    }
  })
})

type Json = Record<string, unknown>

/** Makes a file of random options with random values, and with unknown keys. */
function randomFile(random: Random): { content: Json; strays: string[] } {
  const strays: string[] = []
  const value = () => random.pick([1, -3, 'a', '/a/', '', true, null, [], ['g'], {}, 9])
  const withStrays = (path: string, object: Json): Json => {
    while (random.chance(0.2)) {
      const key = random.pick(['strange', 'regoin', 'pth', 'constructor', 'toString', 'a.b', 'é', 'File', ''])
      if (Object.hasOwn(object, key)) continue
      define(object, key, value())
      strays.push(path === '' ? key : `${path}.${key}`)
    }
    if (random.chance(0.05)) {
      define(object, '__proto__', value())
      strays.push(path === '' ? '__proto__' : `${path}.__proto__`)
    }
    return object
  }
  const some = (names: readonly string[]): Json =>
    Object.fromEntries(names.filter(() => random.chance(0.2)).map((name) => [name, value()]))
  const rule = (path: string): unknown => {
    if (random.chance(0.1)) return value() === 1 ? 3 : 'text'
    const to = random.chance(0.5) ? { to: withStrays(`${path}.to`, some(['groups', 'everyone'])) } : {}
    const one = (at: string) => withStrays(at, some(['id']))
    const unless = random.pick([
      () => ({}),
      () => ({ unless: one(`${path}.unless`) }),
      () => ({ unless: [one(`${path}.unless[0]`), one(`${path}.unless[1]`)] }),
    ])
    return withStrays(path, { ...some(['name', 'action']), ...to, ...unless() })
  }
  const content: Json = {}
  for (const section of largerOptions.sections.filter(() => random.chance(0.6))) {
    const named = largerOptions.named.find((candidate) => candidate.section === section)
    if (named === undefined) {
      const names = largerOptions.single
        .filter((option) => option.section === section)
        .map(({ name }) => name)
      content[section] = withStrays(section, some(names.filter((name) => name !== 'rules')))
      if (section === 'rights' && random.chance(0.8)) {
        const rules = Array.from({ length: random.below(4) }, (_, index) => rule(`rights.rules[${index}]`))
        content[section] = { ...(content[section] as Json), rules }
      }
      continue
    }
    const ofNames: Json = {}
    for (const name of ['docs', 'constructor', 'x-1'].filter(() => random.chance(0.5))) {
      const names = named.optionsOf(name).map((option) => option.name)
      define(ofNames, name, withStrays(`${section}.${name}`, some(names)))
    }
    content[section] = ofNames
  }
  return { content: withStrays('', content), strays }
}

/** Defines an own property as JSON.parse does, also for `__proto__`. */
function define(object: Json, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}
