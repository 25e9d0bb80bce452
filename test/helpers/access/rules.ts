import { parsePattern } from '../../../src/access/pattern.ts'
import type { Rule } from '../../../src/access/rule.ts'
import { type Person, personWithId } from '../../../src/person/person.ts'

/** A rule with patterns as text. */
export type WrittenRule = Omit<Rule, 'name' | 'allow' | 'deny'> & {
  name?: string
  allow?: string[]
  deny?: string[]
}

/** Parses rules as the configuration does; they are called `rule 0`, `rule 1` and so on. */
export function rulesOf(...written: WrittenRule[]): Rule[] {
  return written.map((rule, index) => ({
    name: `rule ${index}`,
    ...rule,
    allow: rule.allow?.map(patternOf),
    deny: rule.deny?.map(patternOf),
  }))
}

export function patternOf(text: string) {
  const pattern = parsePattern(text)
  if (typeof pattern === 'string') throw new Error(`${text}: ${pattern}`)
  return pattern
}

/** Jo, an editor, whose address the SSO has checked. */
export function personWith(changes: Partial<Person> = {}): Person {
  return {
    ...personWithId('jo'),
    name: 'Jo Doe',
    email: 'Jo@Example.org',
    emailVerified: true,
    groups: ['editors', 'staff'],
    claims: { department: 'press', level: 3 },
    ...changes,
  }
}
