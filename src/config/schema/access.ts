import { lowerAscii } from '../../access/lower-ascii.ts'
import { type Pattern, parsePattern } from '../../access/pattern.ts'
import { actions, type Rule } from '../../access/rule.ts'
import { listOfObjects, oneOrMoreObjects } from './list-of-objects.ts'
import { list } from './option-types.ts'
import { section } from './section.ts'
import { claimPlace, plainText, shaped } from './text-shapes.ts'
import { z } from './zod.ts'

const expectedGroups = 'expected a list of at least one group'
const expectedEmails = 'expected a list of at least one e-mail address, such as jo@example.com'
const expectedDomains = 'expected a list of at least one domain without @, such as example.com'
const expectedTexts = 'expected a list of at least one text'

const email = shaped(/^[^@\s]+@[^@\s]+$/, expectedEmails).overwrite(lowerAscii)
const emailDomain = shaped(/^[^@\s*]+$/, expectedDomains).overwrite(lowerAscii)

const groups = (description: string) => list(description, plainText, expectedGroups).optional()
const emails = (description: string) => list(description, email, expectedEmails).optional()
const emailDomains = (description: string) => list(description, emailDomain, expectedDomains).optional()

const memberNames = ['groups', 'emails', 'emailDomains', 'ids', 'claims', 'everyone', 'anonymous'] as const
const onlyTrue = z.literal(true, 'expected true, or no such member')

const people = section({
  groups: groups('groups, of which they are in one'),
  emails: emails('e-mail addresses, of which one is theirs'),
  emailDomains: emailDomains('domains of their e-mail address, without those below'),
  ids: list('ids, of which one is theirs', plainText, expectedTexts).optional(),
  claims: z
    .record(claimPlace, z.array(plainText, expectedTexts).min(1, expectedTexts))
    .meta({
      description: 'claims by their name or JSON Pointer, each with a list of values of which it has one',
      kind: 'object',
    })
    .optional(),
  everyone: onlyTrue.meta({ description: 'everybody who is signed in', kind: 'flag' }).optional(),
  anonymous: onlyTrue.meta({ description: 'everybody, also who is not signed in', kind: 'flag' }).optional(),
}).superRefine((one, context) => {
  const given = memberNames.filter((name) => one[name] !== undefined)
  const alone = given.find((name) => name === 'everyone' || name === 'anonymous')
  if (given.length === 0 || Object.keys(one.claims ?? { some: [] }).length === 0)
    context.addIssue({ code: 'custom', message: `expected at least one of ${memberNames.join(', ')}` })
  else if (alone !== undefined && given.length > 1)
    context.addIssue({
      code: 'custom',
      message: `expected ${alone} to stand alone, because members narrow each other down`,
    })
})

/** A pattern of paths, which is parsed here. Its text is no secret, and tells which one of the list is wrong. */
const pattern = z.string('expected a list of patterns such as /a/**').transform((text, context): Pattern => {
  const parsed = parsePattern(text)
  if (typeof parsed !== 'string') return parsed
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)}: ${parsed}` })
  return z.NEVER
})

const expectedPatterns = 'expected a list of at least one pattern such as /a/**'
const patterns = (description: string) =>
  z.array(pattern, expectedPatterns).min(1, expectedPatterns).meta({ description, kind: 'list' }).optional()

const expectedActions = `expected a list of ${actions.join(', ')}`

const expectedMounts = 'expected the name of a mount, or a list of at least one'

const rule = section({
  name: z
    .string('expected a name')
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,100}$/u, 'expected a name of 1 to 100 characters, on one line')
    .meta({ description: 'name of the rule, which log and explanations show', kind: 'text' }),
  allow: patterns('paths that it allows'),
  deny: patterns('paths that it denies, whatever other rules allow'),
  mount: z
    .union([plainText, z.array(plainText).min(1, expectedMounts)], expectedMounts)
    .transform((given) => [given].flat())
    .meta({
      description:
        'name of the mount that it is about, or a list of names; default: every path of every mount',
      kind: 'list',
    })
    .optional(),
  actions: z
    .array(z.enum(actions, expectedActions), expectedActions)
    .min(1, expectedActions)
    .meta({ description: 'read, list, zip: what it is about; default: all of them', kind: 'list' })
    .optional(),
  to: oneOrMoreObjects(
    'people whom it is about: all members of an object have to fit, and one of several objects; without it, a deny is about everybody',
    people,
  ).optional(),
  unless: oneOrMoreObjects('people whom it is not about', people).optional(),
}).superRefine(({ allow, deny, to, unless }, context) => {
  if ((allow === undefined) === (deny === undefined))
    context.addIssue({ code: 'custom', message: 'expected either allow or deny' })
  else if (allow !== undefined && to === undefined)
    context.addIssue({
      code: 'custom',
      message: 'expected to, which says whom it allows, such as {"everyone": true}',
    })
  // Where something within is wrong, the value may still be as it was written: one object, or anything else.
  else if ([unless].flat().some((people) => people?.anonymous === true))
    context.addIssue({
      code: 'custom',
      message: 'expected no anonymous in unless, because the rule would be about nobody',
    })
})

/** The rules with their patterns as they were written. */
function showRules(rules: unknown): unknown {
  const textsOf = (given: Rule['allow']) => given?.map(({ text }) => text)
  return (rules as readonly Rule[]).map(({ name, allow, deny, ...others }) => ({
    name,
    ...(allow === undefined ? { deny: textsOf(deny) } : { allow: textsOf(allow) }),
    ...others,
  }))
}

/** Rules about who gets what. Without any of these options, everybody who is signed in reads everything. */
export const access = section({
  groups: groups('groups, of which people have to be in one; whoever fits none of the three lists gets 403'),
  emails: emails('e-mail addresses of people who are let in, too'),
  emailDomains: emailDomains(
    'domains of e-mail addresses of people who are let in, too; those below a domain are others',
  ),
  rules: listOfObjects(
    'rules about who may have which paths: what no rule allows is denied, and so is what any rule denies',
    rule,
    { show: showRules },
  ).default([]),
})
