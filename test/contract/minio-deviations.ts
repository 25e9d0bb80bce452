import type { Deviations } from './s3-behaviour.ts'

/** Behaviours in which MinIO (February 2026) differs from S3; the stand-in follows S3 there. See README.md. */
export const minioDeviations: Deviations = {
  'an object without a type is binary/octet-stream':
    'objects get there through the SDK, which sends application/octet-stream of its own accord',
  'bytes=5-2 is ignored': 'answers 416 to a range that ends before it begins',
  'bytes=-1 of an object without bytes is 200': 'answers 206 with no byte',
  'the 416 tells the range and the size in its XML': 'spells the range in its own way, 10--1',
  'if-none-match wrong and if-modified-since same is 200': 'looks at the date although there is an ETag',
  'the 412 names the condition': 'leaves the Condition out of PreconditionFailed',
  'a list of ETags in If-None-Match is compared one by one': 'takes the whole header for one ETag',
  '"double//slash.txt" names that object and no other': 'keys are paths of its file system: // is refused',
  'a bare plus sign in the path is a space': 'takes it for a plus sign, as RFC 3986 has it',
  'a key of more than 1024 bytes is 400 KeyTooLongError': 'answers 400 XMinioInvalidObjectName',
  'lists "double//slash.txt"': 'keys are paths of its file system: // is refused',
  'lists a key that begins with a slash': 'keys are paths of its file system: the first slash is lost',
}
