import { S3ProxyError } from '../errors.ts'

/** Tells whether an error says that the store is away or takes no writes. */
export function isUnavailable(error: unknown): error is S3ProxyError {
  return error instanceof S3ProxyError && error.code === 'SESSION_STORE_UNAVAILABLE'
}

/** Passes over the failure of a store that is away. @throws every other error */
export function unlessUnavailable(error: unknown): void {
  if (!isUnavailable(error)) throw error
}
