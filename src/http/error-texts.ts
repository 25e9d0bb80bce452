import type { ErrorCode } from '../errors.ts'

/** The text of an error's page. It never holds what S3, Redis or the SSO said. */
export interface ErrorText {
  title: string
  what: string
  advice: string
}

const tryLater = 'Try again in a minute. If it goes on, pass the request id below to whoever runs this site.'
const tellOperator = 'Pass the request id below to whoever runs this site.'
const tryAgain =
  'Please try the original link again. If it goes on, pass the request id below to whoever runs this site.'
const checkAddress = 'Check the address, or go back to the page that you came from.'

/** The text of every code that a request can be answered with. */
export const errorTexts: Record<ErrorCode, ErrorText> = {
  TARGET_INVALID: {
    title: 'Not a valid address',
    what: 'The address has a broken escape, or a part that is not allowed.',
    advice: checkAddress,
  },
  HEADER_INVALID: {
    title: 'Not a valid request',
    what: 'A header of the request is missing, repeated, too long or malformed.',
    advice: 'Try again from another browser or tool.',
  },
  BEARER_MALFORMED: {
    title: 'Not a valid request',
    what: 'The authorization header does not have the form of one bearer token.',
    advice: 'Send one token, as in `authorization: Bearer TOKEN`.',
  },
  CALLBACK_INCOMPLETE: {
    title: 'Sign in could not be completed',
    what: 'The answer of the sign in service has no code or no state.',
    advice: 'Go back to the page that you wanted and sign in again.',
  },
  LOGOUT_TOKEN_INVALID: {
    title: 'Not signed out',
    what: 'The request has no valid logout token.',
    advice: 'This address is for the sign in service.',
  },
  LOGIN_REQUIRED: {
    title: 'Sign in needed',
    what: 'This request has no valid session.',
    advice:
      'Open the page in a browser, sign in, and try again. Where this site takes access tokens, a program sends one.',
  },
  BEARER_REFUSED: {
    title: 'Token not accepted',
    what: 'The bearer token of this request is not valid here, or has expired.',
    advice: 'Get a new token for this site, and try again.',
  },
  SSO_REFUSED_CODE: {
    title: 'Sign in was refused',
    what: 'The sign in service did not accept this site.',
    advice: tellOperator,
  },
  ACCESS_DENIED: {
    title: 'No access',
    what: 'This account may not see this.',
    advice: 'Sign in with another account if you have one, or ask whoever runs this site for access.',
  },
  OBJECT_DENIED: {
    title: 'Not available',
    what: 'There is no such file, or this site may not read it.',
    advice: checkAddress,
  },
  BEARER_UNSCOPED: {
    title: 'Token not sufficient',
    what: 'The bearer token of this request lacks a scope that this site asks for.',
    advice: 'Get a token with that scope, and try again.',
  },
  LOGIN_DENIED: {
    title: 'Sign in was refused',
    what: 'The sign in service says that access was denied.',
    advice: 'Sign in again, with another account if you have one.',
  },
  LOGIN_EXPIRED: {
    title: 'Sign in was not completed',
    what: 'Sign in may have taken too long. Please try the original link again.',
    advice: 'Allow cookies for this site where they are switched off.',
  },
  SSO_FORBADE_CODE: {
    title: 'Sign in was refused',
    what: 'The sign in service does not allow this site, or does not say who you are.',
    advice: tryAgain,
  },
  SSO_INVALID_GRANT: {
    title: 'Sign in was refused',
    what: 'The sign in service no longer accepts this sign in.',
    advice: 'Please try the original link again.',
  },
  LOGOUT_FOREIGN: {
    title: 'Not signed out',
    what: 'The request to sign out did not come from this site.',
    advice: 'Open the sign out page of this site and use its button.',
  },
  CONTINUE_FOREIGN: {
    title: 'Not signed in',
    what: 'The request to continue as this person did not come from this site.',
    advice: 'Open the page that you wanted, and use the button on it.',
  },
  OBJECT_NOT_FOUND: { title: 'Not found', what: 'There is no such file.', advice: checkAddress },
  METHOD_NOT_ALLOWED: {
    title: 'Method not allowed',
    what: 'This address does not take this method. Files can only be read: with GET or HEAD.',
    advice: checkAddress,
  },
  OBJECT_REPLACED: {
    title: 'The file has changed',
    what: 'The file was replaced or deleted while it was being read.',
    advice: 'Load it again from the start.',
  },
  PRECONDITION_FAILED: {
    title: 'The file has changed',
    what: 'The file is not the version that was asked for.',
    advice: 'Load it again from the start.',
  },
  RANGE_NOT_SATISFIABLE: {
    title: 'No such part of the file',
    what: 'The range that was asked for lies outside the file.',
    advice: 'Load it again from the start.',
  },
  HOST_MISDIRECTED: {
    title: 'Wrong host',
    what: 'This site is not served under this host name.',
    advice: checkAddress,
  },
  STREAMS_TOO_MANY: {
    title: 'Too many downloads at once',
    what: 'As many downloads of this account are running as may run at once.',
    advice: 'Wait until one of them has ended, or end one, and try again.',
  },
  HEADERS_TOO_MANY: {
    title: 'Too many headers',
    what: 'The request has more than 100 lines of headers.',
    advice: 'Try again from another browser or tool.',
  },
  INTERNAL: { title: 'Something went wrong', what: 'This is a fault of ours.', advice: tellOperator },
  S3_BAD_ANSWER: {
    title: 'The file store cannot be used',
    what: 'The file store gave an answer that this site does not understand.',
    advice: tryLater,
  },
  S3_BUCKET_MISSING: {
    title: 'The file store cannot be used',
    what: 'The file store does not have the folder that this site is set up for.',
    advice: tellOperator,
  },
  S3_CREDENTIALS: {
    title: 'The file store cannot be used',
    what: 'The file store does not accept this site.',
    advice: tellOperator,
  },
  S3_UNAVAILABLE: {
    title: 'The file store cannot be reached',
    what: 'The file store failed or could not be reached.',
    advice: tryLater,
  },
  SSO_BAD_ANSWER: {
    title: 'Sign in does not work',
    what: 'The sign in service gave an answer that this site does not understand.',
    advice: tryLater,
  },
  SSO_ERROR: {
    title: 'Sign in does not work',
    what: 'The sign in service reported an error.',
    advice: tryLater,
  },
  SSO_ID_TOKEN: {
    title: 'Sign in could not be completed',
    what: 'The sign in service said who you are in a way that this site cannot trust.',
    advice: tellOperator,
  },
  SSO_UNAVAILABLE: {
    title: 'Sign in does not work',
    what: 'The sign in service failed or could not be reached.',
    advice: tryLater,
  },
  S3_BUSY: { title: 'Too busy', what: 'Too many files are being read at once.', advice: tryLater },
  S3_SLOW_DOWN: {
    title: 'Too busy',
    what: 'The file store asks for fewer requests.',
    advice: tryLater,
  },
  SESSION_STORE_UNAVAILABLE: {
    title: 'Sessions cannot be checked',
    what: 'The store of sessions does not answer, so nobody can be let in.',
    advice: tryLater,
  },
  SHUTTING_DOWN: { title: 'Restarting', what: 'This instance is shutting down.', advice: tryLater },
  SSO_BUSY: {
    title: 'Sign in is too busy',
    what: 'The sign in service asks for fewer requests.',
    advice: tryLater,
  },
  BEARER_UNAVAILABLE: {
    title: 'Tokens cannot be checked',
    what: 'The service that knows the bearer tokens does not answer, so this one cannot be let in.',
    advice: tryLater,
  },
  S3_TIMEOUT: {
    title: 'The file store is too slow',
    what: 'The file store did not answer in time.',
    advice: tryLater,
  },
  SSO_TIMEOUT: {
    title: 'Sign in is too slow',
    what: 'The sign in service did not answer in time.',
    advice: tryLater,
  },
}
