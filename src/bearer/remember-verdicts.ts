import { hash } from 'node:crypto'
import { S3ProxyError } from '../errors.ts'
import type { Person } from '../person/person.ts'
import { createRecentCache } from '../session/recent-cache.ts'
import { createQueue } from '../waiting/queue.ts'
import { createSharedWork } from '../waiting/shared-work.ts'
import type { BearerCheck, BearerVerdict, TokenAnswer, TokenQuestion } from './bearer-check.ts'

export interface RememberOptions {
  /** The longest time that an accepted token is trusted without a question. With 0, each request asks. */
  maxAgeMs: number
  now(): number
  /** Milliseconds of a clock that never jumps. */
  elapsedMs(): number
}

/** The most accepted tokens that are remembered. Each has the claims of its person, at most 16 KB. */
const acceptedTokens = 5000
const refusedTokens = 2000
/** A refused token is refused without a question for this time. A token whose keys are new is known after it. */
const refusedMs = 5000
const questionsAtOnce = 32
const waitingQuestions = 500

interface Accepted {
  verdict: BearerVerdict & { kind: 'accepted' }
  /** The end of the trust by the clock that never jumps. */
  untilMs: number
  /** The end of the token by the wall clock. */
  expiresAt: number
  /** Whether the token was accepted when it was last asked about. */
  isGood: boolean
}

/**
 * Remembers verdicts by a hash of the token, until the token expires, and at most `maxAgeMs`. Requests with one token
 * that come at once share one question.
 *
 * Anybody can send tokens, so the number of questions at once is bounded. Tokens that were accepted before have a queue of
 * their own: a flood of others does not keep them out.
 *
 * @see docs/decisions/022-bearer-tokens.md
 */
export function rememberVerdicts(ask: TokenQuestion, options: RememberOptions): BearerCheck {
  const { maxAgeMs, now, elapsedMs } = options
  const accepted = createRecentCache<Accepted>(acceptedTokens)
  const refused = createRecentCache<{ verdict: BearerVerdict; untilMs: number }>(refusedTokens)
  const shared = createSharedWork<BearerVerdict>()
  const forKnown = createQueue(questionsAtOnce, waitingQuestions)
  const forOthers = createQueue(questionsAtOnce, waitingQuestions)

  async function question(name: string, token: string, before: Accepted | undefined): Promise<BearerVerdict> {
    const queue = before?.isGood === true ? forKnown : forOthers
    try {
      const answer = queue(() => ask(token))
      if (answer === undefined) throw tooMany()
      return note(name, await answer, before)
    } catch (error) {
      throw unavailable(error)
    }
  }

  function note(name: string, answer: TokenAnswer, before: Accepted | undefined): BearerVerdict {
    if (answer.kind !== 'accepted') {
      if (before !== undefined) before.isGood = false
      refused.set(name, { verdict: answer, untilMs: elapsedMs() + refusedMs })
      return answer
    }
    const { person, expiresAt = Number.POSITIVE_INFINITY } = answer
    const verdict = { kind: 'accepted', person, sharer: sharerOf(person, name) } as const
    accepted.set(name, { verdict, untilMs: elapsedMs() + maxAgeMs, expiresAt, isGood: true })
    return verdict
  }

  return (token) => {
    const name = hash('sha256', token, 'base64url')
    const before = accepted.get(name)
    const elapsed = elapsedMs()
    if (before?.isGood === true && elapsed < before.untilMs && now() < before.expiresAt) return before.verdict
    const refusal = refused.get(name)
    if (refusal !== undefined && elapsed < refusal.untilMs) return refusal.verdict
    return shared(name, () => question(name, token, before))
  }
}

/** Tokens without a named person may be those of different people. */
function sharerOf(person: Person, name: string): string {
  return person.id ?? `bearer ${name}`
}

function tooMany(): S3ProxyError {
  return new S3ProxyError(
    'BEARER_UNAVAILABLE',
    `more than ${questionsAtOnce + waitingQuestions} bearer tokens are being checked at once`,
    { retryAfterSeconds: 1 },
  )
}

/** The failure of the SSO as that of a request with a token: its client can only try again. */
function unavailable(error: unknown): unknown {
  if (!(error instanceof S3ProxyError) || !error.code.startsWith('SSO_')) return error
  const { code, message, retryAfterSeconds } = error
  return new S3ProxyError('BEARER_UNAVAILABLE', `a bearer token cannot be checked: ${code}, ${message}`, {
    cause: error,
    retryAfterSeconds,
  })
}
