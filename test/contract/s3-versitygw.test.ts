import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findVersitygw, startVersitygw } from '../helpers/versitygw.ts'
import type { ContractServer } from './contract-server.ts'
import { describeS3Behaviour } from './s3-behaviour.ts'
import { versitygwDeviations } from './versitygw-deviations.ts'

const program = findVersitygw()

if (program === undefined) {
  console.log('versitygw not found: S3 contract suite runs over the stand-in only')
  if (process.env.REQUIRE_VERSITYGW === '1') {
    it('finds versitygw', () => assert.fail('REQUIRE_VERSITYGW is 1'))
  }
} else {
  describeS3Behaviour('versitygw', () => start(program), versitygwDeviations)
}

async function start(path: string): Promise<ContractServer> {
  const s3 = await startVersitygw(path)
  return {
    ...s3,
    put: (key, body, headers = {}) =>
      s3.put(key, body, {
        ContentType: headers.contentType,
        CacheControl: headers.cacheControl,
        ContentDisposition: headers.contentDisposition,
        ContentEncoding: headers.contentEncoding,
        ContentLanguage: headers.contentLanguage,
        Metadata: headers.metadata,
      }),
  }
}
