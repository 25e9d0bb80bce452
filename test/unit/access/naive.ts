import type { Action } from '../../../src/access/rule.ts'
import type { Person } from '../../../src/person/person.ts'

/** The semantics of rules, written a second time and in another way: regular expressions, rule by rule. */
export interface NaiveRule {
  name: string
  allow?: string[]
  deny?: string[]
  mount?: string[]
  actions?: Action[]
  to?: NaivePeople[]
  unless?: NaivePeople[]
}

export interface NaivePeople {
  groups?: string[]
  emails?: string[]
  emailDomains?: string[]
  ids?: string[]
  claims?: Record<string, string[]>
  everyone?: true
  anonymous?: true
}

export interface NaiveOptions {
  groups?: string[]
  emails?: string[]
  emailDomains?: string[]
  rules: NaiveRule[]
}

export type NaiveDecision = 'allowed' | 'denied' | 'challenge'

/** Makes the function that decides for one person. */
export function naiveDecide(options: NaiveOptions, person: Person | undefined) {
  const gates = [
    options.groups && { groups: options.groups },
    options.emails && { emails: options.emails },
    options.emailDomains && { emailDomains: options.emailDomains },
  ].filter((gate) => gate !== undefined)
  const isInside = person !== undefined && (gates.length === 0 || kleeneOr(gates, person) === 1)
  const prepared = options.rules.map((rule) => ({
    rule,
    shapes: [...(rule.allow ?? []), ...(rule.deny ?? [])].map((pattern) => shapeOf(pattern, person)),
    truth: Math.min(
      rule.to === undefined ? 1 : kleeneOr(rule.to, person),
      1 - kleeneOr(rule.unless ?? [], person),
    ),
  }))
  return (action: Action, path: string, mount: string | undefined): NaiveDecision => {
    const hits = prepared.filter(
      ({ rule, shapes }) =>
        (rule.actions === undefined || rule.actions.includes(action)) &&
        (rule.mount === undefined || rule.mount.some((name) => name === mount)) &&
        shapes.some((shape) => shape?.test(`/${path}`)),
    )
    const isDenied = hits.some(({ rule, truth }) => rule.deny !== undefined && truth > 0)
    const isAllowed = hits.some(
      ({ rule, truth }) =>
        rule.allow !== undefined && truth === 1 && (isInside || rule.to?.some(({ anonymous }) => anonymous)),
    )
    if (isAllowed && !isDenied) return 'allowed'
    return person === undefined ? 'challenge' : 'denied'
  }
}

/** 1 is true, 0 false, a half is unknown. */
function kleeneOr(people: NaivePeople[], person: Person | undefined): number {
  return Math.max(0, ...people.map((one) => kleeneAnd(one, person)))
}

function kleeneAnd(people: NaivePeople, person: Person | undefined): number {
  if (people.anonymous) return 1
  if (person === undefined) return 0
  const email =
    person.emailVerified === true && person.email?.split('@').length === 2
      ? person.email.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      : undefined
  const facts: [string[] | undefined, string[] | undefined][] = [
    [people.groups, person.groups === 'unknown' ? undefined : [...person.groups]],
    [people.emails, email === undefined ? undefined : [email]],
    [people.emailDomains, email === undefined ? undefined : [email.split('@')[1] ?? '']],
    [people.ids, person.id === undefined ? undefined : [person.id]],
    ...Object.entries(people.claims ?? {}).map(([name, values]): [string[], string[] | undefined] => {
      const claim = person.claims?.[name.slice(1)]
      return [values, claim === undefined ? undefined : [claim].flat().map(String)]
    }),
  ]
  return Math.min(
    1,
    ...facts.map(([wanted, told]) => {
      if (wanted === undefined) return 1
      if (told === undefined) return 0.5
      return Number(told.some((one) => wanted.includes(one)))
    }),
  )
}

const escapeShape = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** The paths of a pattern for a person; `undefined` where a placeholder has no segment. */
function shapeOf(pattern: string, person: Person | undefined): RegExp | undefined {
  let shape = '^'
  let rest = pattern
  while (rest !== '') {
    const [segment = ''] = /^\/(?:\{claim:[^}]*\}|[^/]*)/.exec(rest) ?? []
    rest = rest.slice(segment.length)
    const text = segment.slice(1)
    const placeholder = /^\{(id|email|name|claim:\/(\w+))\}$/.exec(text)
    if (text === '**') shape += '(?:/[^/]*)*'
    else if (placeholder === null) shape += `/${escapeShape(text).replaceAll('\\*', '[^/]*')}`
    else {
      const value = naiveValue(placeholder[1] ?? '', placeholder[2], person)
      if (typeof value !== 'string' || ['', '.', '..'].includes(value) || value.includes('/'))
        return undefined
      shape += `/${escapeShape(value)}`
    }
  }
  return new RegExp(`${shape}$`, 's')
}

function naiveValue(name: string, claim: string | undefined, person: Person | undefined): unknown {
  const told = claim && person?.claims?.[claim]
  if (claim !== undefined) return ['number', 'boolean'].includes(typeof told) ? String(told) : told
  if (name === 'email') return person?.emailVerified === true ? person.email : undefined
  return name === 'id' ? person?.id : person?.name
}
