import type { IncomingMessage } from 'node:http'
import { S3ProxyError } from '../errors.ts'
import type { AdminAnswer } from './admin-answer.ts'

/** The sessions of people, for operators. Both methods throw S3ProxyError when the store is away. */
export interface OperatorSessions {
  /** @param person the `id` of the person, as lines of the log have it in `who` */
  count(person: string): Promise<number>
  /** Ends all sessions of a person. @returns the number of sessions that have ended */
  end(person: string): Promise<number>
}

const methods = ['GET', 'DELETE']
/** More characters than any id of a person has. */
const maxCharacters = 2048

/** Answers `GET /sessions?person=ID` with the number of that person's sessions, and ends them for `DELETE`. */
export async function answerSessions(
  sessions: OperatorSessions,
  { method = '', url = '', headers }: IncomingMessage,
): Promise<AdminAnswer> {
  if (!methods.includes(method))
    return {
      ...refusal(405, 'Only GET and DELETE are possible here'),
      headers: { allow: methods.join(', ') },
    }
  // A page of another site that names this address by its own host could otherwise end sessions (DNS rebinding).
  if (headers.origin !== undefined) return refusal(403, 'Pages of browsers cannot use this address')
  const person = personIn(url)
  if (person === undefined)
    return refusal(
      400,
      'Expected one parameter, person=ID, percent-encoded: a plus is %2B, a space %20, a # %23',
    )
  try {
    return method === 'DELETE'
      ? json({ person, ended: await sessions.end(person) })
      : json({ person, sessions: await sessions.count(person) })
  } catch (error) {
    if (!(error instanceof S3ProxyError) || error.code === 'INTERNAL') throw error
    return refusal(503, `${error.code}: ${error.message}`)
  }
}

/**
 * Reads the one parameter of a query.
 *
 * @returns `undefined` also for a query that can be read in two ways: a `+` is a space to some clients and a plus to
 *   others, and a second parameter may be the rest of an id with a `&`
 */
function personIn(url: string): string | undefined {
  const [, text] = /^[^?]*\?person=([^&+]+)$/.exec(url) ?? []
  try {
    const person = decodeURIComponent(text ?? '')
    return person === '' || person.length > maxCharacters ? undefined : person
  } catch {
    return undefined
  }
}

function json(value: object): AdminAnswer {
  return { status: 200, contentType: 'application/json', text: `${JSON.stringify(value)}\n` }
}

function refusal(status: number, text: string): AdminAnswer {
  return { status, contentType: 'text/plain', text: `${status} ${text}\n` }
}
