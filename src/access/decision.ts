/**
 * The reason of a decision, in the words of log and metrics.
 *
 * - `allow`: a rule that allows, or nothing that forbids where there are no rules
 * - `anonymous`: a rule that allows whoever is not signed in
 * - `deny`: a rule that denies
 * - `gate`: the person is in none of `access.groups`, `access.emails` and `access.emailDomains`
 * - `no-rule`: no rule allows
 */
export const decisionGrounds = ['allow', 'anonymous', 'deny', 'gate', 'no-rule'] as const

export type DecisionGround = (typeof decisionGrounds)[number]

/**
 * Says whether somebody gets something. `challenge` means that nobody is signed in, and a person who is might be
 * allowed.
 */
export type Decision =
  | {
      readonly kind: 'allowed' | 'denied'
      /** `undefined` where no rule and no gate is configured. */
      readonly ground: DecisionGround | undefined
      /** Name of the rule that settled it, the first one in the configuration. */
      readonly rule: string | undefined
    }
  | { readonly kind: 'challenge'; readonly ground?: undefined; readonly rule?: undefined }

export const challenged: Decision = { kind: 'challenge' }
