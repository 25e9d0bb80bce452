import type { IncomingHttpHeaders } from 'node:http'
import type { NewBody } from './object-store.ts'

/** The faults of one answer. Fields can be combined where that makes sense; bytes are counted in the body. */
export interface Misbehaviour {
  /** Overwrites the object before the request is looked at, keeping its type and headers. */
  replaceObject?: NewBody
  /** Deletes it before the request is looked at; with versions, that leaves a mark. */
  deleteObject?: boolean

  // Instead of an answer.
  resetBeforeHead?: boolean
  closeBeforeHead?: boolean
  stallBeforeHead?: boolean
  /** Sends this text as it is, then FIN. */
  rawHead?: string

  // Another answer.
  /** Status of an S3 error with `code` (default `InternalError`). */
  error?: number
  code?: string
  /** Status of an HTML page, as a load balancer in front of S3 would send it. */
  htmlError?: number
  redirect?: 301 | 307
  location?: string

  // The head.
  headDelayMs?: number
  status100Continue?: boolean
  /** Added to the true content-length. Too long: FIN after the body. Too short: the connection is kept. */
  contentLength?: number
  wrongContentRange?: boolean
  wrongEtag?: boolean
  noEtag?: boolean
  weakEtag?: boolean
  /** Without a content-length. */
  chunkedBody?: boolean
  /** Takes the stored gzip off, unless the request accepts it, as R2 and Google Cloud Storage do. */
  decompresses?: boolean
  /** Puts gzip on what was stored without, when the request accepts it, as a proxy before S3 may do. */
  compresses?: boolean
  /** 128 KiB of headers. */
  hugeHead?: boolean
  extraHeaders?: Record<string, string>

  // The body.
  /** Nothing happens when the body is not longer than that. */
  cutAfterBytes?: number
  /** Default `reset`. */
  how?: 'reset' | 'fin' | 'stall'
  extraBytesAfterBody?: boolean
  /** FIN right after an answer that promised to keep the connection. */
  closeAfterResponse?: boolean
  /** Head and body in pieces of so many bytes, then FIN. */
  sliceBytes?: number
}

export interface MisbehaviourRequest {
  method: string
  key: string | undefined
  rawTarget: string
  headers: IncomingHttpHeaders
  /** Counted from 1 since the script was set. */
  ordinal: number
}

export type MisbehaviourScript = Misbehaviour | ((request: MisbehaviourRequest) => Misbehaviour | undefined)

export interface Misbehaver {
  set(script: MisbehaviourScript | null): void
  next(request: Omit<MisbehaviourRequest, 'ordinal'>): Misbehaviour
}

/** Holds the script and counts the requests that it saw. */
export function createMisbehaver(): Misbehaver {
  let current: MisbehaviourScript | null = null
  let ordinal = 0
  return {
    set(script) {
      current = script
      ordinal = 0
    },
    next(request) {
      ordinal++
      if (current === null) return {}
      return (typeof current === 'function' ? current({ ...request, ordinal }) : current) ?? {}
    },
  }
}
