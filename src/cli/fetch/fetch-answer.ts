import { formatUnsatisfied } from '../../http/content-range.ts'
import type { ObjectResult } from '../../object/object-source.ts'
import { exitStatus } from '../command/exit-status.ts'
import type { FetchResult } from './fetch-source.ts'

export type Found = Extract<ObjectResult, { kind: 'found' }>

/** The message and the exit status for an answer without the object. */
export function explain(result: Exclude<FetchResult, { kind: 'found' }>): { status: number; text: string } {
  if (result.kind === 'refused') return notServed(result.text)
  if ('refusal' in result && result.refusal !== undefined) return notServed(result.refusal.message)
  switch (result.kind) {
    case 'not-modified':
      return { status: exitStatus.ok, text: 'not modified: the object is still the version that was named' }
    case 'not-found':
      return notServed(
        '404: there is no such object; KEY is not percent-encoded, a slash before it is part of it, and it lies below the prefix of s3.endpoint',
      )
    case 'denied':
      return notServed('403: no such object, or no permission; grant s3:ListBucket to tell the two apart')
    case 'precondition-failed':
      return notServed(
        '412: the object was replaced since the part was fetched; leave out --continue to fetch it from its start',
      )
    case 'range-not-satisfiable':
      return notServed(
        `416: the range lies outside the object (${result.sizeBytes === undefined ? 'size unknown' : formatUnsatisfied(result.sizeBytes)})`,
      )
    default:
      return result satisfies never
  }
}

function notServed(text: string): { status: number; text: string } {
  return { status: exitStatus.notServed, text }
}

/** Formats the head of an answer as lines: status, then headers, of which the length is the last. */
export function formatHead({ status, headers, sizeBytes }: Found): string {
  let text = `${status}\n`
  for (let index = 0; index < headers.length; index += 2) text += `${headers[index]}: ${headers[index + 1]}\n`
  if (sizeBytes !== undefined) text += `content-length: ${sizeBytes}\n`
  return text
}
