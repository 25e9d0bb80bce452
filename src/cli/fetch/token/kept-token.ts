import { messageOf } from '../../../errors.ts'
import type { TokenFile } from './token-file.ts'
import type { TokenRecord } from './token-record.ts'
import { type Challenge, refusalIn, type TokenSource } from './token-source.ts'

export interface KeptTokenOptions {
  file: TokenFile
  /** The scope that the command line names; a token of another scope is not used. */
  scope: string | undefined
  /** Lets the person sign in. */
  signIn(challenge: Challenge): Promise<TokenRecord>
  /** Uses the refresh token. @returns `undefined` where the SSO does not take it any more */
  renew(record: TokenRecord): Promise<TokenRecord | undefined>
  now(): number
  /** Writes a line for the person. */
  report(text: string): void
}

/** The token of a person, which is kept in a file, renewed ahead of its end, and got by signing in where there is none. */
export function createKeptToken(options: KeptTokenOptions): TokenSource {
  const { file, scope, now, report } = options
  let held: TokenRecord | undefined
  let isRead = false
  /** The last tokens that were got by renewing and by signing in. Another way is tried when the proxy refuses them. */
  let renewed: string | undefined
  let signedIn: string | undefined

  async function read(): Promise<TokenRecord | undefined> {
    const record = await file.read()
    return scope === undefined || record?.scope === scope ? record : undefined
  }

  /** Renews the token, unless another process has done so meanwhile: a refresh token may work only once. */
  function renew(before: TokenRecord): Promise<TokenRecord | undefined> {
    return file.alone(async () => {
      const there = await read()
      if (there === undefined || there.accessToken !== before.accessToken) return there
      const record = await options.renew(there)
      if (record === undefined) await file.remove()
      else await keep(record)
      return record
    })
  }

  async function keep(record: TokenRecord): Promise<void> {
    try {
      await file.write(record)
    } catch (error) {
      report(`warning: the token cannot be kept, so the next command asks to sign in: ${messageOf(error)}`)
    }
  }

  const isDue = ({ renewAt, refreshToken }: TokenRecord) =>
    refreshToken !== undefined && renewAt !== undefined && now() >= renewAt
  const isOver = ({ expiresAt }: TokenRecord) => expiresAt !== undefined && now() >= expiresAt

  return {
    async current() {
      if (!isRead) held = await read()
      isRead = true
      if (held !== undefined && isDue(held)) {
        const before = held
        held = await renew(before).catch((error: unknown) => {
          if (isOver(before)) throw error
          return before
        })
      }
      return held === undefined || isOver(held) ? undefined : held.accessToken
    },
    async afterRefusal(refused, challenge) {
      if (held?.refreshToken !== undefined && (refused === undefined || refused !== renewed)) {
        held = await renew(held)
        renewed = held?.accessToken
        if (renewed !== undefined) return renewed
      }
      if (refused !== undefined && refused === signedIn)
        throw new Error(
          `the proxy does not take the token that the SSO has just given${refusalIn(challenge)}: bearer.issuer and bearer.audience of the proxy have to fit it`,
        )
      held = await options.signIn(challenge)
      isRead = true
      signedIn = held.accessToken
      renewed = signedIn
      await keep(held)
      return signedIn
    },
  }
}
