import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type S3Client, S3ServiceException } from '@aws-sdk/client-s3'
import { describeChecksums } from './behaviour-checksums.ts'
import { describeConditions } from './behaviour-conditions.ts'
import { describeErrors } from './behaviour-errors.ts'
import { describeKeys } from './behaviour-keys.ts'
import { describeLists } from './behaviour-lists.ts'
import { describeObjects } from './behaviour-objects.ts'
import { describeRanges } from './behaviour-ranges.ts'
import { describeVersions } from './behaviour-versions.ts'
import type { ContractServer } from './contract-server.ts'
import { createClient } from './create-client.ts'
import { sendSigned } from './signed-request.ts'
import type { Suite } from './suite.ts'

/**
 * The reason why a server differs from S3, by the name of the behaviour. A deviation that shows only sometimes is not
 * checked.
 */
export type Deviations = Record<string, string | { sometimes: string }>

/**
 * Describes the behaviour of S3, for every server that stands in for it.
 */
export function describeS3Behaviour(
  name: string,
  startServer: () => Promise<ContractServer>,
  deviations: Deviations = {},
): void {
  describe(`S3 behaviour of ${name}`, { timeout: 120_000 }, () => {
    let server: ContractServer
    let client: S3Client
    const declared = new Set<string>()
    const suite: Suite = {
      behaves(behaviour, check) {
        declared.add(behaviour)
        const deviation = deviations[behaviour]
        if (deviation === undefined) it(behaviour, check)
        else if (typeof deviation === 'object') it(behaviour, { skip: deviation.sometimes }, check)
        else it(`${behaviour} (deviates: ${deviation})`, () => assert.rejects(check, isRefusal))
      },
      server: () => server,
      client: () => client,
      send: (options) => sendSigned(server, client, options),
    }
    before(async () => {
      server = await startServer()
      client = createClient(server)
    })
    after(async () => {
      client?.destroy()
      await server?.close()
    })
    describeObjects(suite)
    describeRanges(suite)
    describeConditions(suite)
    describeKeys(suite)
    describeErrors(suite)
    describeChecksums(suite)
    describeLists(suite)
    describeVersions(suite)
    it('has no deviation listed for a behaviour that is not in the suite', () => {
      assert.deepEqual(
        Object.keys(deviations).filter((behaviour) => !declared.has(behaviour)),
        [],
      )
    })
  })
}

// Tells a failed check and an error answer of the server from a broken connection.
function isRefusal(error: unknown): boolean {
  return error instanceof assert.AssertionError || error instanceof S3ServiceException
}
