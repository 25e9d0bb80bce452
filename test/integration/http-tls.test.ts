import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { describe, it } from 'node:test'
import { TLSSocket } from 'node:tls'
import { eventually } from '../helpers/eventually.ts'
import { localhostFiles, localhostTls } from '../helpers/network/localhost-tls.ts'
import { startProxyInProcess } from '../helpers/proxy/proxy-in-process.ts'
import { startS3StandIn } from '../helpers/s3/stand-in/start-s3-stand-in.ts'

const largestStepBytes = 256 * 1024
const requestStart = 'http.server.request.start'

describe('an answer over TLS of our own', { timeout: 60_000 }, () => {
  it('is written in steps, holds one of them while its reader takes nothing, and arrives byte for byte', async (t) => {
    const content = Buffer.alloc(16_000_001)
    for (let at = 0; at + 4 <= content.length; at += 4) content.writeUInt32LE((at * 2654435761) >>> 0, at)
    const s3 = await startS3StandIn()
    t.after(() => s3.close())
    s3.put('health', { body: content })
    const proxy = await startProxyInProcess(
      { s3 },
      {
        S3PROXY_SERVER_TLS_CERT_FILE: localhostFiles.certFile,
        S3PROXY_SERVER_TLS_KEY_FILE: localhostFiles.keyFile,
      },
    )
    t.after(() => proxy.close())
    const writes: number[] = []
    let ours: TLSSocket | undefined
    const watch = (message: unknown) => {
      const { socket } = message as { socket: unknown }
      if (!(socket instanceof TLSSocket)) return
      ours = socket
      const write = socket.write
      socket.write = ((...given: Parameters<typeof write>) => {
        writes.push(given[0].length)
        return write.apply(socket, given)
      }) as typeof write
    }
    subscribe(requestStart, watch)
    t.after(() => unsubscribe(requestStart, watch))

    const ca = localhostTls.cert
    const sent = request({ host: 'localhost', port: proxy.port, path: '/health', ca, agent: false }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    // The reader takes nothing, so writing stops once the buffers of the kernel are full.
    let before = -1
    const isStill = async () => {
      const isSame = before === writes.length
      before = writes.length
      return isSame && (ours?.writableLength ?? 0) > 0
    }
    assert.ok(await eventually(isStill, Boolean))
    assert.ok((ours?.writableLength ?? 0) <= largestStepBytes + 1024, `${ours?.writableLength} bytes wait`)

    const pieces: Buffer[] = []
    for await (const piece of answer) pieces.push(piece as Buffer)
    assert.ok(Buffer.concat(pieces).equals(content))
    assert.equal(Math.max(...writes), largestStepBytes)
  })
})
