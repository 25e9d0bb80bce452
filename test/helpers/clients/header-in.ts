import type { HeaderList } from '../../../src/http/reply.ts'

/** The value of a header in a list. @param name lower case */
export function headerIn(headers: Readonly<HeaderList>, name: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === name) return headers[index + 1]
  }
  return undefined
}
