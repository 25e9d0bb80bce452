import type { Finding } from './probe.ts'

/** The parts of an answer of S3 that depend on the keys. */
export interface KeyedAnswer {
  status: number
  errorCode: string | undefined
}

/**
 * Finds out whether S3 checks the keys. Some stores answer wrong keys as they answer a missing permission, and some
 * stores need no keys.
 *
 * @param answer what S3 answered to the configured keys
 * @param toWrongSecret what S3 answered to the same request with a wrong secret
 */
export function judgeKeys(answer: KeyedAnswer, toWrongSecret: KeyedAnswer): Finding {
  const said = describe(toWrongSecret)
  if (describe(answer) !== said) return { message: `the keys are right: a wrong secret was answered ${said}` }
  const message = `not checked whether the keys are right: a wrong secret was answered ${said} too`
  return answer.status === 403
    ? {
        message,
        advice:
          'an object in s3.healthcheckKey (AWS_S3_HEALTHCHECK_KEY) tells: only the right keys can read it',
      }
    : { message, advice: 'this S3 asks for no keys: everybody who reaches it can read the bucket' }
}

function describe({ status, errorCode }: KeyedAnswer): string {
  return errorCode === undefined ? `${status}` : `${status} ${errorCode.replace(/[^A-Za-z0-9.]/g, '')}`
}
