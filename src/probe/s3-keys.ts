import type { Finding } from './probe.ts'

/** As much of an answer as the keys decide. */
export interface KeyedAnswer {
  status: number
  errorCode: string | undefined
}

/**
 * Whether what S3 answered tells anything about the keys: some stores say of wrong ones what they say of missing
 * permission, and some ask for none.
 *
 * @param answer to the keys in use
 * @param toWrongSecret to the same request with another secret
 */
export function judgeKeys(answer: KeyedAnswer, toWrongSecret: KeyedAnswer): Finding {
  const said = describe(toWrongSecret)
  if (describe(answer) !== said) return { message: `the keys are right: a wrong secret was answered ${said}` }
  const message = `not checked whether the keys are right: a wrong secret was answered ${said} too`
  return answer.status === 403
    ? {
        message,
        advice: 'an object in s3.healthcheckKey (AWS_S3_HEALTHCHECK_KEY) tells: only right keys read it',
      }
    : { message, advice: 'this S3 asks for no keys: whoever reaches it can read the bucket' }
}

function describe({ status, errorCode }: KeyedAnswer): string {
  return errorCode === undefined ? `${status}` : `${status} ${errorCode.replace(/[^A-Za-z0-9.]/g, '')}`
}
