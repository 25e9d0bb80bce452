import { type Explanation, explain } from '../access/explain.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { isReservedKey } from '../http/own-paths.ts'
import { type ObjectKey, toObjectKey } from '../object/key.ts'
import { type Person, shownId } from '../person/person.ts'
import { exitStatus } from './command/exit-status.ts'
import { UsageError } from './command/usage-error.ts'
import { readPerson } from './read-person.ts'

export interface ExplainFlags {
  /** Method and path, such as `GET /a/b`. */
  explain: string
  /** The file with the person; `-` is stdin. Nobody is signed in without it. */
  as?: string | undefined
  json?: boolean | undefined
}

/**
 * Explains who gets what and why, by the code that decides while serving.
 *
 * @returns the exit status, and the text for stdout
 * @throws UsageError where the request is none, or the person cannot be read
 */
export function explainAccess(
  { access, s3, sso }: Pick<Config, 'access' | 's3' | 'sso'>,
  { explain: request, as, json }: ExplainFlags,
): { status: number; text: string } {
  const key = keyOf(request)
  const person = as === undefined ? undefined : readPerson(as, sso)
  if (key === s3.healthcheckKey) {
    const note = 'the health-check object needs no login, and no rule looks at it'
    const decision = { kind: 'allowed' }
    const text = json === true ? asJson({ ok: true, request, decision, note }) : `allowed: ${note}\n`
    return { status: exitStatus.ok, text }
  }
  const explanation = explain(access, person, 'read', key)
  const isAllowed = explanation.decision.kind === 'allowed'
  const report = { ok: isAllowed, request, person: person ?? null, ...explanation }
  const text = json === true ? asJson(report) : asTable(request, person, explanation)
  return { status: isAllowed ? exitStatus.ok : exitStatus.denied, text }
}

/** Reads a request as it stands in a shell: its path may be percent-encoded, and may have a query. */
function keyOf(request: string): ObjectKey {
  const path = /^(?:GET|HEAD) (\/[^?#]*)/s.exec(request)?.[1]
  if (path === undefined)
    throw new UsageError('expected --explain with a method and a path, such as "GET /a/b"')
  // The bytes of UTF-8 stand in a request one by one.
  const key = toObjectKey(Buffer.from(path).toString('latin1'))
  if (key === undefined) throw new UsageError(`${path} is answered 400: it is no path of an object`)
  if (isReservedKey(key)) throw new UsageError(`${path} is a page of s3proxy, and no rule looks at it`)
  return key
}

function asJson(report: object): string {
  return `${JSON.stringify(report, undefined, 2)}\n`
}

const heads = ['rule', 'kind', 'path', 'action', 'person', 'effect'] as const

function asTable(
  request: string,
  person: Person | undefined,
  { rules, gates, decision }: Explanation,
): string {
  const rows = [
    ...(gates === undefined ? [] : [['access.groups, emails, emailDomains', 'gate', '', '', gates, '']]),
    ...rules.map(({ name, kind, path, action, person: match, effect }) => [
      name,
      kind,
      path,
      action,
      match,
      effect,
    ]),
  ]
  const table = rows.length === 0 ? [] : [[...heads], ...rows]
  const widths = heads.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [`${request} (read), as ${nameOf(person)}`, ...lines, conclusionOf(decision), ''].join('\n')
}

function nameOf(person: Person | undefined): string {
  if (person === undefined) return 'somebody who is not signed in'
  return person.name === undefined ? shownId(person) : `${shownId(person)} (${person.name})`
}

function conclusionOf({ kind, ground, rule }: Explanation['decision']): string {
  if (kind === 'challenge') return 'denied: nobody is signed in, and no rule opens this path to anybody'
  if (rule !== undefined) return `${kind}, by ${JSON.stringify(rule)}`
  if (ground === 'gate')
    return 'denied: the person is in none of access.groups, access.emails and access.emailDomains'
  if (ground === 'no-rule') return 'denied: no rule allows it'
  return 'allowed: no rule is configured, and the person is let in'
}
