import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findGoProgram } from '../helpers/machine/find-go-program.ts'
import { type RealS3Command, startRealS3 } from '../helpers/s3/real-s3.ts'
import type { ContractServer } from './contract-server.ts'
import { type Deviations, describeS3Behaviour } from './s3-behaviour.ts'

/**
 * Runs the suite over the server of another project, where its program is found. Otherwise one line says that it is
 * missing, and with `REQUIRE_NAME=1` a test fails.
 */
export function describeRealServer(name: string, command: RealS3Command, deviations: Deviations): void {
  const program = findGoProgram(name)
  if (program !== undefined) {
    describeS3Behaviour(name, () => start(program, command), deviations)
    return
  }
  console.log(`${name} not found: the S3 contract suite does not run over it`)
  const variable = `REQUIRE_${name.toUpperCase()}`
  if (process.env[variable] === '1') it(`finds ${name}`, () => assert.fail(`${variable} is 1`))
}

async function start(program: string, command: RealS3Command): Promise<ContractServer> {
  const s3 = await startRealS3(program, command)
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
        ChecksumAlgorithm: headers.checksum,
      }),
  }
}
