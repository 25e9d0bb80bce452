import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { peakMemoryBytes, resetPeakMemory } from '../helpers/machine/process-usage.ts'
import { localhostFiles } from '../helpers/network/localhost-tls.ts'
import { type ProxyProcess, startProxy } from '../helpers/proxy/proxy-process.ts'
import { useStage } from '../helpers/stage/use-stage.ts'

const mebibyte = 1 << 20
/** One write of the tests. Writes that nobody reads fill the buffers of the kernel, not those of the proxy. */
const blockBytes = 64 * 1024

const get = (headers: string) => `GET /health.txt HTTP/1.1\r\nhost: a.test\r\n${headers}\r\n`
const requests = {
  'of thousands of tiny headers': get('a:\r\n'.repeat(3900)),
  'of as many tiny headers as there may be': get('a:\r\n'.repeat(98)),
  'of one long header': get(`a: ${'x'.repeat(16_000)}\r\n`),
  'of a single line': 'GET / HTTP/1.1\r\n\r\n',
  'with thousands of trailers': `${get('transfer-encoding: chunked\r\n')}0\r\n${'a:\r\n'.repeat(3900)}\r\n`,
}

for (const [how, env, connect] of [
  ['plain', {}, (port: number) => connectPlain(port, '127.0.0.1')],
  [
    'over TLS',
    {
      S3PROXY_SERVER_TLS_CERT_FILE: localhostFiles.certFile,
      S3PROXY_SERVER_TLS_KEY_FILE: localhostFiles.keyFile,
    },
    (port: number) => connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }),
  ],
] as const) {
  describe(`what clients have sent and nobody has answered yet, ${how}`, { timeout: 120_000 }, () => {
    const { stage } = useStage()
    let proxy: ProxyProcess
    const open: Socket[] = []
    before(async () => {
      proxy = await startProxy({ ...stage().env, ...env })
    })
    afterEach(() => {
      for (const socket of open.splice(0)) socket.destroy()
    })
    after(() => proxy.stop())

    async function connected(): Promise<Socket> {
      const socket = connect(proxy.port)
      open.push(socket)
      socket.on('error', () => {})
      socket.resume()
      await once(socket, 'encrypted' in socket ? 'secureConnect' : 'connect')
      return socket
    }

    /** Does some work. @returns the most memory that the proxy gained meanwhile */
    async function growthMebibytes(work: () => Promise<void>): Promise<number> {
      const pid = proxy.child.pid as number
      resetPeakMemory(pid)
      const beforeBytes = peakMemoryBytes(pid)
      await work()
      return (peakMemoryBytes(pid) - beforeBytes) / mebibyte
    }

    for (const [kind, request] of Object.entries(requests)) {
      const block = Buffer.from(request.repeat(Math.ceil(blockBytes / request.length)), 'latin1')

      it(`takes little memory when eight connections never stop sending requests ${kind}`, async () => {
        stage().s3.misbehave({ stallBeforeHead: true })
        const sockets = await Promise.all(Array.from({ length: 8 }, connected))
        const grown = await growthMebibytes(async () => {
          await Promise.all(sockets.map((socket) => sendUntilNobodyReads(socket, block, 4 * mebibyte)))
        })
        assert.ok(grown < 40, `${grown.toFixed(0)} MiB`)
      })

      it(`takes little memory when a hundred connections send requests ${kind} at the same moment`, async () => {
        stage().s3.misbehave({ stallBeforeHead: true })
        const sockets = await Promise.all(Array.from({ length: 100 }, connected))
        const grown = await growthMebibytes(async () => {
          proxy.child.kill('SIGSTOP')
          for (const socket of sockets) socket.write(block)
          await Promise.all(sockets.map((socket) => sent(socket)))
          proxy.child.kill('SIGCONT')
          await isIdle(proxy)
        })
        assert.ok(grown < 80, `${grown.toFixed(0)} MiB`)
      })
    }
  })
}

/** Sends until everything is sent, nothing has left for a moment, or the other side has closed the connection. */
async function sendUntilNobodyReads(socket: Socket, block: Buffer, totalBytes: number): Promise<void> {
  for (let bytes = 0; bytes < totalBytes && !socket.destroyed; bytes += block.length) {
    if (socket.write(block)) continue
    const silence = new AbortController()
    const timer = setTimeout(() => silence.abort(), 1000)
    const { signal } = silence
    await Promise.race([once(socket, 'drain', { signal }), once(socket, 'close', { signal })]).catch(() => {})
    if (signal.aborted) return
    clearTimeout(timer)
    silence.abort()
  }
}

/** Waits until the kernel has taken everything. */
async function sent(socket: Socket): Promise<void> {
  if (socket.writableLength > 0) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
}

/** Waits for the answer to one more request, so that all requests before it were read. */
async function isIdle(proxy: ProxyProcess): Promise<void> {
  const probe = connectPlain(proxy.port, '127.0.0.1')
  probe.on('error', () => {})
  probe.write('no http at all\r\n\r\n')
  await once(probe.resume(), 'close')
}
