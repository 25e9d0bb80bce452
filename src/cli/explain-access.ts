import { createAccess } from '../access/create-access.ts'
import { type ExplainedRule, type Explanation, explain } from '../access/explain.ts'
import type { Config } from '../config/schema/config-schema.ts'
import { type Person, shownId } from '../person/person.ts'
import { exitStatus } from './command/exit-status.ts'
import { type ExplainedRequest, type RoutedConfig, readRequest } from './explained-request.ts'
import { readPerson } from './read-person.ts'

export interface ExplainFlags {
  /** Method and path or URL, such as `GET /a/b`. */
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
  config: Pick<Config, 'access' | 'sso'> & RoutedConfig,
  { explain: request, as, json }: ExplainFlags,
): { status: number; text: string } {
  const asked = readRequest(request, config)
  const { action, path, host, mount } = asked
  const person = as === undefined ? undefined : readPerson(as, config.sso)
  const hasMounts = Object.keys(config.mounts).length > 0
  const place = { action, ...(hasMounts ? { host, mount: mount ?? null } : {}) }
  if (asked.kind === 'healthcheck') {
    const note = 'the health-check object needs no login, and no rule looks at it'
    const report = { ok: true, request, ...place, decision: { kind: 'allowed' }, note }
    return { status: exitStatus.ok, text: json === true ? asJson(report) : `allowed: ${note}\n` }
  }
  const explanation = explain(config.access, person, action, path, mount)
  const isAllowed = explanation.decision.kind === 'allowed'
  const status = isAllowed ? exitStatus.ok : exitStatus.denied
  const below = action === 'read' ? undefined : createAccess(config.access).cover(person, action, path, mount)
  const note = noteOn(asked, hasMounts)
  if (json === true) {
    const more = { ...(below && { below }), ...(note && { note }) }
    const report = { ok: isAllowed, request, ...place, person: person ?? null, ...explanation, ...more }
    return { status, text: asJson(report) }
  }
  const at = host === '' ? 'a host that no mount has' : host
  const where = !hasMounts ? '' : ` at ${at}, in ${mount === undefined ? 'no mount' : `the mount ${mount}`}`
  const lines = [
    `${request} (${action})${where}, as ${nameOf(person)}`,
    ...tableOf(explanation, hasMounts),
    conclusionOf(explanation.decision),
    ...(below === undefined ? [] : [belowTexts[below]]),
    ...(note === undefined ? [] : [note]),
  ]
  return { status, text: `${lines.join('\n')}\n` }
}

/** Says what becomes of a request that is allowed, where that is no object. */
function noteOn({ kind, action, mount }: ExplainedRequest, hasMounts: boolean): string | undefined {
  if (hasMounts && mount === undefined) return 'no mount is there: whoever is allowed gets 404'
  if (kind === 'root' && action === 'read') return 'no object is there: whoever is allowed gets 404'
  return undefined
}

const belowTexts = {
  all: 'below it: everything is allowed',
  some: 'below it: some things may be allowed',
  none: 'below it: nothing is allowed',
}

function asJson(report: object): string {
  return `${JSON.stringify(report, undefined, 2)}\n`
}

/** Shows each rule as a line. Mounts have a column where there are any. */
function tableOf({ rules, gates }: Explanation, hasMounts: boolean): string[] {
  if (gates === undefined && rules.length === 0) return []
  const gateCells = { name: 'access.groups, emails, emailDomains', kind: 'gate', person: gates }
  const rows: Partial<Record<keyof ExplainedRule, string | undefined>>[] = [
    headCells,
    ...(gates === undefined ? [] : [gateCells]),
    ...rules,
  ]
  const columns = (Object.keys(headCells) as (keyof ExplainedRule)[])
    .filter((name) => hasMounts || name !== 'mount')
    .map((name) => ({ name, width: Math.max(...rows.map((row) => (row[name] ?? '').length)) }))
  return rows.map((row) =>
    columns
      .map(({ name, width }) => (row[name] ?? '').padEnd(width))
      .join('  ')
      .trimEnd(),
  )
}

const headCells: Readonly<Record<keyof ExplainedRule, string>> = {
  name: 'rule',
  kind: 'kind',
  mount: 'mount',
  path: 'path',
  action: 'action',
  person: 'person',
  effect: 'effect',
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
