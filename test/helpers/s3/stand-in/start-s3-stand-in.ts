import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { trackConnections } from './connections.ts'
import { handleExchange } from './exchange.ts'
import { createMisbehaver } from './misbehaviour.ts'
import { createObjectStore } from './object-store.ts'
import { createRecorder } from './recorder.ts'
import { createSigV4Verifier } from './sigv4-verify.ts'
import type { S3StandIn, S3StandInOptions, StandInCredentials } from './stand-in-types.ts'

/**
 * Starts a strict S3 server with one bucket on 127.0.0.1: it checks every signature, answers GET and HEAD as S3 does,
 * and misbehaves on command.
 */
export async function startS3StandIn(options: S3StandInOptions = {}): Promise<S3StandIn> {
  const { bucket = 'test-bucket', region = 'eu-west-2', clock = () => new Date() } = options
  const credentials: StandInCredentials = {
    accessKeyId: options.accessKeyId ?? 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: options.secretAccessKey ?? 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
  }
  const store = createObjectStore(clock)
  const recorder = createRecorder(options.maxRecordedRequests ?? 10_000)
  const misbehaver = createMisbehaver()
  const parts = {
    ...{ recorder, misbehaver, clock, verify: createSigV4Verifier(credentials, region) },
    bucket: { name: bucket, region, mayList: options.mayList ?? true, store },
    firstByteDelayMs: options.firstByteDelayMs ?? 0,
    bytesPerSecond: options.bytesPerSecondPerConnection,
  }
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    // A fault of the stand-in itself: the client sees a cut, the test run a message.
    handleExchange(parts, request, response).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error), 'S3StandInFault')
      response.destroy()
    })
  }
  // Only misbehaviours close kept connections, so that tests do not depend on the time they take.
  const settings = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, noDelay: true }
  const server =
    options.tls === undefined
      ? createHttpServer(settings, listener)
      : createHttpsServer({ ...settings, ...options.tls }, listener)
  const connections = trackConnections(server)
  server.listen(options.port ?? 0, '127.0.0.1')
  await once(server, 'listening')

  const { port } = server.address() as AddressInfo
  const origin = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`
  return {
    ...{ ...credentials, origin, endpoint: `${origin}/${bucket}/`, port, bucket, region },
    put: (key, object) => store.put(key, object),
    delete: (key) => store.delete(key),
    deleteVersion: (key, versionId) => store.deleteVersion(key, versionId),
    enableVersions: () => store.enableVersions(),
    requests: recorder.records,
    get requestCount() {
      return recorder.count
    },
    get openConnections() {
      return connections.count
    },
    connectionsBelow: (count) => connections.below(count),
    requestsReach: (count) => recorder.reach(count),
    requestsSettled: () => recorder.settled(),
    misbehave: (script) => misbehaver.set(script),
    async close() {
      if (!server.listening) return
      server.close()
      connections.destroyAll()
      await once(server, 'close')
      await recorder.settled()
      store.close()
    },
  }
}
