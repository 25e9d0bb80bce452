import type { ErrorCode } from '../errors.ts'

/** The meaning of an answer of S3 that is not the object. */
export type S3Verdict =
  | { kind: 'precondition-failed' | 'range-not-satisfiable' }
  /** `advice` is for the operator; every missing or forbidden key is answered without one. */
  | { kind: 'not-found' | 'denied'; advice?: string }
  | S3Failure

/** A fault of S3, or of our configuration. */
export interface S3Failure {
  kind: 'failure'
  code: ErrorCode
  mayRetry: boolean | 'with-new-credentials'
  advice: string
}

function failure(code: ErrorCode, mayRetry: boolean | 'with-new-credentials', advice: string): S3Verdict {
  return { kind: 'failure', code, mayRetry, advice }
}

const notFound: S3Verdict = { kind: 'not-found' }
const denied: S3Verdict = { kind: 'denied' }

export const nameUnknown =
  'it is taken for an error of this one object; the documentation of this S3 explains it'
export const keyUnusable: S3Verdict = {
  kind: 'denied',
  advice:
    'the key that this object is encrypted with is disabled, deleted or forbidden to s3proxy: check it in KMS (kms:Decrypt)',
}
const archived: S3Verdict = {
  kind: 'denied',
  advice: 'the object is archived, and cannot be read until it is restored',
}
const customerKey: S3Verdict = {
  kind: 'denied',
  advice: 'if the object is encrypted with a key that its owner keeps (SSE-C), it cannot be served',
}

export const slowDown = failure(
  'S3_SLOW_DOWN',
  true,
  'S3 asks for fewer requests; spread the load over more key prefixes',
)
export const redirected = failure(
  'S3_BAD_ANSWER',
  false,
  'the bucket lives elsewhere: check s3.region (AWS_S3_REGION) and s3.endpoint (AWS_S3_ENDPOINT)',
)
export const noS3 = failure(
  'S3_BAD_ANSWER',
  false,
  'this is no answer of S3; if every object gets it, check s3.endpoint (AWS_S3_ENDPOINT): does it point at S3?',
)
const notImplemented = failure('S3_BAD_ANSWER', false, 'this S3 does not support the request')
const checkKeys =
  'check s3.accessKeyId and s3.secretAccessKey (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or the role'
export const badCredentials = failure('S3_CREDENTIALS', false, checkKeys)
/** S3 does not know the access key. The AWS default chain may have another one by now. */
const unknownKey = failure('S3_CREDENTIALS', 'with-new-credentials', checkKeys)
export const wrongSignature = failure(
  'S3_CREDENTIALS',
  'with-new-credentials',
  `${checkKeys}; where other objects are served, this S3 reads the name of this one in another way than it was sent`,
)
const expiredCredentials = failure(
  'S3_CREDENTIALS',
  'with-new-credentials',
  'the temporary credentials have expired: renew s3.sessionToken (AWS_SESSION_TOKEN) and its keys, or use a role',
)
const clockSkew = failure(
  'S3_CREDENTIALS',
  false,
  "this machine's clock differs from S3's by more than 15 minutes: set it",
)
const wrongRegion = failure(
  'S3_CREDENTIALS',
  false,
  "the region of the signature is not the bucket's: check s3.region (AWS_S3_REGION)",
)
const noBucket = failure('S3_BUCKET_MISSING', false, 'check the bucket in s3.endpoint (AWS_S3_ENDPOINT)')
export const transient = failure(
  'S3_UNAVAILABLE',
  true,
  'S3 failed; if this lasts, see the status page of the S3 service',
)

/** Codes of S3, of servers that speak like it, and of the SDK, by what has to be done about them. */
const codesOf: [S3Verdict, string][] = [
  [
    notFound,
    `NoSuchKey NoSuchVersion NoSuchObject KeyTooLongError KeyTooLong InvalidURI InvalidArgument InvalidObjectName
    XMinioInvalidObjectName XMinioInvalidResourceName MethodNotAllowed`,
  ],
  [denied, 'AccessDenied AccessDeniedException AccessForbidden Forbidden'],
  [archived, 'InvalidObjectState ObjectNotInActiveTierError'],
  [
    customerKey,
    `InvalidRequest InvalidEncryptionAlgorithmError XMinioObjectTampered XMinioInsecureSSECustomerRequest
    XMinioSSEEncryptedObject XMinioInvalidSSECustomerKey`,
  ],
  [{ kind: 'precondition-failed' }, 'PreconditionFailed'],
  [{ kind: 'range-not-satisfiable' }, 'InvalidRange RequestedRangeNotSatisfiable'],
  [
    slowDown,
    `Busy ServerBusy ServiceUnavailable PriorRequestNotComplete ProvisionedThroughputExceededException
    TransactionInProgressException`,
  ],
  [
    transient,
    `InternalError InternalFailure InternalServerError InternalException KMSInternalException
    DependencyTimeoutException KeyUnavailableException RequestTimeout RequestTimeoutException TimeoutError
    OperationAborted ConditionalRequestConflict`,
  ],
  [notImplemented, 'NotImplemented'],
  [noBucket, 'NoSuchBucket InvalidBucketName NoSuchAccessPoint'],
  [redirected, 'PermanentRedirect TemporaryRedirect Redirect IncorrectEndpoint'],
  [
    wrongRegion,
    'AuthorizationHeaderMalformed IllegalLocationConstraintException InvalidRegionName IncorrectRegion',
  ],
  [clockSkew, 'RequestTimeTooSkewed RequestExpired RequestInTheFuture'],
  [expiredCredentials, 'ExpiredToken ExpiredTokenException InvalidToken TokenRefreshRequired'],
  [
    unknownKey,
    `InvalidAccessKeyId InvalidClientTokenId UnrecognizedClientException XAdminUserNotFound XMinioAdminNoSuchUser`,
  ],
  [wrongSignature, 'SignatureDoesNotMatch InvalidSignatureException'],
  [
    badCredentials,
    `IncompleteSignature AuthFailure MissingAuthenticationToken MissingSecurityHeader InvalidSecurity
    CredentialsNotSupported AccountProblem NotSignedUp AllAccessDisabled UnauthorizedAccess
    XMinioInvalidIAMCredentials InvalidPayer`,
  ],
]

export const byCode: ReadonlyMap<string, S3Verdict> = new Map(
  codesOf.flatMap(([verdict, codes]) => codes.split(/\s+/).map((code) => [code, verdict] as const)),
)

/** Codes of S3, the SDK and other servers that mean 'too fast', with variants that may come. */
export const paceCodes = /throttl|slow_?down|too_?many_?requests|rate_?limit|limit_?exceeded/i
