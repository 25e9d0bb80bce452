import type { Reply } from '../../http/reply.ts'

/** An answer of one word for programs, which no cache keeps. */
export function oneWord(status: number, word: string): Reply {
  return {
    status,
    headers: ['content-type', 'text/plain; charset=utf-8', 'cache-control', 'no-store'],
    body: `${word}\n`,
  }
}
