import type { Deviations } from './s3-behaviour.ts'

/** Behaviours in which versitygw 1.8 differs from S3; the stand-in follows S3 there. See README.md. */
export const versitygwDeviations: Deviations = {
  'an object without a type is binary/octet-stream':
    'objects get there through the SDK, which sends application/octet-stream of its own accord',
  'has a request id, a date and a Last-Modified in whole seconds': 'sends x-amz-request-id twice',
  'if-modified-since same is 304': {
    sometimes: 'compares with the fraction of the second that Last-Modified leaves out',
  },
  'if-unmodified-since same is 200': {
    sometimes: 'compares with the fraction of the second that Last-Modified leaves out',
  },
  'a 304 has the ETag, the Last-Modified and no body': 'leaves ETag and Last-Modified out of a 304',
  'a list of ETags in If-None-Match is compared one by one': 'takes the whole header for one ETag',
  '"trailing-slash/" names that object and no other':
    'such a key is a folder of its file system and cannot hold bytes',
  'a bare plus sign in the path is a space': 'takes it for a plus sign, as RFC 3986 has it',
  'an unknown key id is 403 InvalidAccessKeyId': 'answers 404 XAdminUserNotFound',
  'an error is XML with Code, Message and RequestId': 'leaves the Key out of NoSuchKey',
  'lists "control\\u0001\\u001f.txt"':
    'does not encode keys, and XML has no such characters: it writes others in their place',
  'lists "double//slash.txt"': 'keys are paths of its file system: // is one slash there',
  'lists "trailing-slash/"': 'such a key is a folder of its file system and cannot hold bytes',
  'lists a key that begins with a slash': 'keys are paths of its file system: the first slash is lost',
}
