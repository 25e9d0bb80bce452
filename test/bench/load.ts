import net from 'node:net'
import { isPatternAt } from './objects.ts'

/** The order to the load generator; it answers with a `LoadResult`, or an `error`. */
export interface LoadJob {
  port: number
  /** The whole head of each request, with the empty line. */
  request: string
  connections: number
  /** Requests in total. */
  requests: number
  expectedStatus: 200 | 304
  sizeBytes: number
}

export interface LoadResult {
  wallMs: number
  /** The latency of each request, in ascending order. */
  latenciesMs: number[]
}

/** One buffer for reads of all connections: a read is checked at once, before the next one begins. */
const landing = Buffer.allocUnsafeSlow(512 * 1024)

/**
 * The load generator, in a process of its own. Each of its connections is kept alive, sends a request, compares every
 * byte of the answer with the object, and sends the next one. One wrong byte, length or status fails the measurement.
 */
process.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  )
})
process.on('disconnect', () => process.exit())

async function run(job: LoadJob): Promise<LoadResult> {
  const latenciesMs: number[] = []
  let begun = 0
  const mayBegin = () => begun < job.requests && ++begun > 0
  const startedAt = performance.now()
  await Promise.all(
    Array.from({ length: job.connections }, () =>
      keepAsking(job, mayBegin, (ms) => {
        latenciesMs.push(ms)
      }),
    ),
  )
  const wallMs = performance.now() - startedAt
  latenciesMs.sort((a, b) => a - b)
  return { wallMs, latenciesMs }
}

function keepAsking(job: LoadJob, mayBegin: () => boolean, onDone: (ms: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let askedAt = 0
    let head: string | null = null
    let received = 0
    let isLast = false
    let socket: net.Socket

    const fail = (message: string) => {
      socket.destroy()
      reject(new Error(message))
    }
    const ask = () => {
      head = null
      received = 0
      askedAt = performance.now()
      socket.write(job.request, 'latin1')
    }
    const finish = () => {
      onDone(performance.now() - askedAt)
      askedAt = 0
      if (!mayBegin()) {
        socket.destroy()
        resolve()
      } else if (isLast) {
        socket.destroy()
        connect()
      } else ask()
    }
    const take = (bytes: Buffer) => {
      if (askedAt === 0) return
      let body = bytes
      if (head === null) {
        const end = bytes.indexOf('\r\n\r\n')
        if (end === -1) return fail('a head in more than one piece')
        head = bytes.toString('latin1', 0, end).toLowerCase()
        const problem = problemOf(head, job)
        if (problem !== undefined)
          return fail(`${problem}: ${bytes.toString('latin1', end + 4).slice(0, 200)}`)
        isLast = head.includes('\r\nconnection: close')
        body = bytes.subarray(end + 4)
      }
      if (!isPatternAt(received, body)) return fail(`wrong bytes after ${received}`)
      received += body.length
      if (received > job.sizeBytes) return fail('more bytes than the object has')
      if (received === job.sizeBytes) finish()
    }
    const connect = () => {
      const created = net.connect({
        port: job.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: {
          buffer: landing,
          callback(sizeBytes) {
            take(landing.subarray(0, sizeBytes))
            return true
          },
        },
      })
      socket = created
      created.once('connect', ask)
      created.once('error', (error) => fail(error.message))
      created.once('close', () => {
        if (created === socket && askedAt !== 0)
          fail(`the connection ended after ${received} of ${job.sizeBytes} bytes`)
      })
    }
    if (mayBegin()) connect()
    else resolve()
  })
}

function problemOf(head: string, job: LoadJob): string | undefined {
  const status = Number(head.slice(9, 12))
  if (status !== job.expectedStatus) return `status ${status} instead of ${job.expectedStatus}`
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
  if (status === 200 && Number(length) !== job.sizeBytes)
    return `content-length ${length} instead of ${job.sizeBytes}`
  return undefined
}
