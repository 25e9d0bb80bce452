import { networkReason } from '../errors.ts'
import { ProbeFailure } from './probe.ts'

/** The parts of an answer of the SSO that a probe uses. */
export interface SsoAnswer {
  status: number
  location: string | null
  /** The error code of RFC 6749 section 5.2, where the answer has one. */
  error: string | undefined
  /** The time of the SSO, as in the header. */
  date: string | null
  /** The beginning of the body. It may repeat what the probe sent, so no message quotes it. */
  text: string
}

export interface SsoQuestion {
  signal: AbortSignal
  headers?: Readonly<Record<string, string>>
  /** A form, which is sent with POST; without it, the request is a GET. */
  form?: URLSearchParams
}

const maxAnswerCharacters = 65_536

export interface AskOptions {
  userAgent: string
  /** The advice where there is no answer. */
  checkAddress: string
}

/** Asks a page of the SSO. Redirects are not followed. @throws ProbeFailure when there is no answer */
export async function askSso(
  url: string,
  { userAgent, checkAddress }: AskOptions,
  { signal, headers, form }: SsoQuestion,
): Promise<SsoAnswer> {
  let response: Response
  let text: string
  try {
    response = await fetch(url, {
      ...(form === undefined ? {} : { method: 'POST', body: form }),
      headers: { accept: 'application/json, text/html', 'user-agent': userAgent, ...headers },
      redirect: 'manual',
      signal,
    })
    text = await firstText(response)
  } catch (error) {
    const reason = networkReason((error as { cause?: unknown }).cause ?? error)
    throw new ProbeFailure(`${url.split('?')[0]} cannot be asked: ${reason}`, checkAddress)
  }
  const error = /^\s*\{[\s\S]*"error"\s*:\s*"([a-z_]{1,40})"/.exec(text)?.[1]
  const { status, headers: answered } = response
  return { status, location: answered.get('location'), error, date: answered.get('date'), text }
}

/** Reads the beginning of a body, whatever its content-type. */
async function firstText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of response.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    if (text.length > maxAnswerCharacters) break
  }
  return text
}
