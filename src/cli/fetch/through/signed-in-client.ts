import type { IncomingMessage } from 'node:http'
import type { TokenSource } from '../token/token-source.ts'
import { readBearerChallenge } from './bearer-challenge.ts'
import type { ObjectUrl } from './object-url.ts'
import type { ProxyClient, Question } from './proxy-client.ts'
import { ProxyFailure } from './proxy-failure.ts'

/** A question about the object, which the token is added to. */
export type ObjectQuestion = Pick<Question, 'method' | 'headers' | 'signal'>

const mostRedirects = 5

/**
 * Asks the proxy for an object, with the token of the person. A 401 makes another token be got. A redirect is followed
 * within the proxy, and nowhere else, because the token would go with it.
 *
 * @returns a function that throws ProxyFailure where there is no answer
 */
export function createSignedInClient(
  client: ProxyClient,
  tokens: TokenSource,
  { origin, path: firstPath }: ObjectUrl,
): (question: ObjectQuestion) => Promise<IncomingMessage> {
  async function askWithToken(path: string, question: ObjectQuestion): Promise<IncomingMessage> {
    for (let token = await tokens.current(); ; ) {
      const answer = await client({ ...question, origin, path, headers: headersOf(question, token) })
      if (answer.statusCode !== 401) return answer
      answer.destroy()
      const challenge = readBearerChallenge(answer.headers['www-authenticate'])
      if (challenge === undefined)
        throw new ProxyFailure(
          `${origin} answers 401, and takes no tokens of programs: bearer.accept of the proxy says which it takes`,
          false,
        )
      token = await tokens.afterRefusal(token, challenge)
    }
  }

  return async (question) => {
    let path = firstPath
    for (let redirects = 0; ; redirects++) {
      const answer = await askWithToken(path, question)
      const { statusCode = 0, headers } = answer
      if (statusCode < 300 || statusCode > 399 || statusCode === 304) return answer
      answer.destroy()
      path = pathWithin(origin, path, headers.location)
      if (redirects === mostRedirects) throw new ProxyFailure(`${origin} redirects again and again`, false)
    }
  }
}

function headersOf({ headers }: ObjectQuestion, token: string | undefined): Record<string, string> {
  // A request that takes no page is answered with 401, where a browser would be led to the SSO.
  const all = { accept: 'application/octet-stream', ...headers }
  return token === undefined ? all : { ...all, authorization: `Bearer ${token}` }
}

/** The path and query that a redirect leads to. */
function pathWithin(origin: string, path: string, location: string | undefined): string {
  if (location === undefined || !URL.canParse(location, origin + path))
    throw new ProxyFailure(`${origin} redirects to no address`, false)
  const to = new URL(location, origin + path)
  if (to.origin === origin) return to.pathname + to.search
  throw new ProxyFailure(
    `${origin} redirects to ${to.origin}, where the token must not go; a proxy that takes programs for browsers does so: bearer.accept`,
    false,
  )
}
