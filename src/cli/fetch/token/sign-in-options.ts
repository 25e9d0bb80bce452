import type { TokenRecord } from './token-record.ts'

/** Everything that a conversation with the SSO needs. */
export interface SsoOptions {
  userAgent: string
  /** Whether the SSO may be on this machine, without TLS: the proxy is there, too. */
  allowsLoopback: boolean
  /** The longest wait for one answer. */
  timeoutMs: number
  signal: AbortSignal
  /** Waits between two questions. @throws the reason of the signal */
  wait(ms: number, signal: AbortSignal): Promise<unknown>
  now(): number
  /** Writes a line for the person. */
  report(text: string): void
}

/** The thing that a person signs in for. */
export type Wanted = Pick<TokenRecord, 'origin' | 'issuer' | 'clientId' | 'scope' | 'resource'>
