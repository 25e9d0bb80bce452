import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage } from 'node:http'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ByteSource } from '../../../src/http/byte-source.ts'
import { sendReply } from '../../../src/server/send.ts'
import { RequestRecord } from '../../../src/telemetry/request-record.ts'
import { eventually } from '../../helpers/eventually.ts'
import { listenOnLoopback } from '../../helpers/network/listen-on-loopback.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('sendReply', { timeout: 60_000 }, () => {
  it('does not hold the first piece, however long the rest takes', async (t) => {
    const sizeBytes = 300_000
    let piece: WeakRef<Uint8Array> | undefined
    let reads = 0
    let end = () => {}
    const body: ByteSource = {
      read() {
        reads++
        if (reads === 2) return Promise.resolve(Buffer.from('x'))
        if (reads > 2)
          return new Promise((resolve) => {
            end = () => resolve(null)
          })
        const first = Buffer.allocUnsafeSlow(sizeBytes)
        piece = new WeakRef(first)
        return Promise.resolve(first)
      },
      cancel() {},
    }
    const server = createServer((request, response) => {
      void sendReply(
        { status: 200, headers: [], body: { source: body, sizeBytes: 2 * sizeBytes } },
        response,
        new RequestRecord(request.method),
      )
    })
    t.after(() => end())
    const { port } = await listenOnLoopback(server, t)
    const request = get({ port, host: '127.0.0.1', agent: false })
    request.on('error', () => {})
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.on('error', () => {})
    let received = 0
    await new Promise<void>((resolve) =>
      response.on('data', (bytes: Buffer) => {
        received += bytes.length
        if (received > sizeBytes) resolve()
      }),
    )
    const left = await eventually(
      async () => {
        collectGarbage()
        return piece?.deref()
      },
      (seen) => seen === undefined,
    )
    assert.equal(left, undefined)
  })
})
