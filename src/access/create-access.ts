import type { Person } from '../person/person.ts'
import { type CompiledRules, compileRules } from './compile-rules.ts'
import { type Cover, createCover } from './cover.ts'
import { createDecide, type Decide } from './decide.ts'
import { challenged, type Decision } from './decision.ts'
import { createPersonalRules } from './personal-rules.ts'
import type { AccessOptions } from './rule.ts'

/** Answers to the question who gets what. The two never contradict each other. */
export interface Access {
  decide: Decide
  cover: Cover
}

/** Compiles everything that is configured. Without rules and gates, everybody who is signed in gets everything. */
export function createAccess(options: AccessOptions): Access {
  return accessOf(compileRules(options))
}

/** @param compiled `undefined` where nothing is configured */
export function accessOf(compiled: CompiledRules | undefined): Access {
  if (compiled === undefined) return unrestricted
  const personal = createPersonalRules(compiled)
  return { decide: createDecide(compiled, personal), cover: createCover(compiled, personal) }
}

const allowed: Decision = { kind: 'allowed', ground: undefined, rule: undefined }

const unrestricted: Access = {
  decide: (person: Person | undefined) => (person === undefined ? challenged : allowed),
  cover: (person: Person | undefined) => (person === undefined ? 'none' : 'all'),
}
