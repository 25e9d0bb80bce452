import { tokenVariable } from '../../command/token-variable.ts'
import { UsageError } from '../../command/usage-error.ts'
import { isToken } from './token-record.ts'

/** The token that requests to the proxy carry. */
export interface TokenSource {
  /** The token to send; `undefined` where there is none yet. */
  current(): Promise<string | undefined>
  /**
   * Gets another token after the proxy has answered 401.
   *
   * @param refused the token of that request
   * @throws where there is no other one
   */
  afterRefusal(refused: string | undefined, challenge: Challenge): Promise<string>
}

/** The part of a 401 that tells how to go on. @see RFC 6750 section 3, RFC 9728 section 5.1 */
export interface Challenge {
  /** Address of the metadata that name the SSO. */
  resourceMetadata: string | undefined
  /** The code of the error, such as `invalid_token`. */
  error: string | undefined
  /** The reason, in printable ASCII. */
  description?: string
}

/** @returns the error of a challenge in brackets, after a blank; empty where there is none */
export function refusalIn({ error, description }: Challenge): string {
  if (error === undefined) return ''
  return ` (${error}${description === undefined ? '' : `: ${description}`})`
}

/** A token that somebody else has got. It is neither kept nor renewed. @throws UsageError where it cannot be one */
export function createGivenToken(token: string): TokenSource {
  if (!isToken(token))
    throw new UsageError(`${tokenVariable}: expected a token of printable ASCII without spaces`)
  return {
    current: async () => token,
    async afterRefusal(_refused, challenge) {
      throw new Error(
        `the proxy does not take the token of ${tokenVariable}${refusalIn(challenge)}: it may have expired, or be meant for another audience`,
      )
    },
  }
}
