import { asksForGroups } from '../access/asks-for-groups.ts'
import { type ExplainedRule, type Explanation, explain } from '../access/explain.ts'
import type { AccessOptions } from '../access/rule.ts'
import { type Person, shownId } from '../person/person.ts'
import { firstNames } from './first-names.ts'
import type { Finding, ProbeStep } from './probe.ts'

export interface AccessProbeOptions {
  access: AccessOptions
  /** The person whose token was tried, where it was accepted. */
  ofToken: Person | undefined
  /** The person of `--as`. */
  ofFile: Person | undefined
}

/** The steps that show which rules are about a person, whatever the path; none where access is not restricted. */
export function accessSteps({ access, ofToken, ofFile }: AccessProbeOptions): ProbeStep[] {
  const people = { 'access.token': ofToken, 'access.person': ofFile }
  return Object.entries(people).flatMap(([name, person]) => {
    if (person === undefined) return []
    // Which rules are about a person does not depend on the path.
    const explanation = explain(access, person, 'read', '', undefined)
    const isRestricted = explanation.gates !== undefined || explanation.rules.length > 0
    const isMissingGroups = person.groups === 'unknown' && asksForGroups(access)
    const run = async () => rulesAbout(person, explanation, isMissingGroups)
    return isRestricted ? [{ name, timeoutMs: 1000, run }] : []
  })
}

/** Says which rules are about a person, and which of them are because of what the SSO does not tell. */
function rulesAbout(person: Person, { gates, rules }: Explanation, isMissingGroups: boolean): Finding {
  const of = (kind: ExplainedRule['kind'], match: ExplainedRule['person']) =>
    rules.filter((rule) => rule.kind === kind && rule.person === match)
  const allowing = of('allow', 'hit')
  const [unsureAllows, unsureDenies] = [of('allow', 'unknown'), of('deny', 'unknown')]
  const said = [
    ...(gates === undefined ? [] : [gateTexts[gates]]),
    ...(rules.length === 0
      ? []
      : [`allowed things by ${named(allowing)}`, `denied things by ${named(of('deny', 'hit'))}`]),
    ...(unsureAllows.length === 0 ? [] : [`not known to be allowed by ${named(unsureAllows)}`]),
    ...(unsureDenies.length === 0 ? [] : [`denied by what is not known: ${named(unsureDenies)}`]),
  ]
  const isShutOut = (gates !== undefined && gates !== 'hit') || (rules.length > 0 && allowing.length === 0)
  const isUnsure = gates === 'unknown' || rules.some((rule) => rule.person === 'unknown')
  const advice = [
    ...(isShutOut ? ['this person gets 403 for everything that is not open to anybody'] : []),
    ...(isMissingGroups
      ? [
          'rules ask for groups, and the SSO tells none: have it send them, or set sso.groupsClaim to where they stand',
        ]
      : isUnsure
        ? ['what is not known is a verified address (sso.trustEmail), or a claim that the SSO does not send']
        : []),
  ]
  return { message: `${shownId(person)}: ${said.join('; ')}`, advice: advice.join('; ') }
}

const gateTexts = {
  hit: 'is let in',
  miss: 'is in none of access.groups, access.emails and access.emailDomains',
  unknown: 'is not known to be in any of access.groups, access.emails and access.emailDomains',
}

function named(rules: readonly ExplainedRule[]): string {
  return firstNames(
    rules.map(({ name }) => JSON.stringify(name)),
    'no rule',
  )
}
