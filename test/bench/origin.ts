import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { type BenchObject, etagOf, objects, patternAt } from './objects.ts'

/**
 * The origin of all peers, in a process of its own. It serves from memory, and speaks as little HTTP as they need.
 *
 * It checks no signature, so that it is the same for peers that sign and for those that cannot. It serves
 * whole objects, single ranges, and 304 for its own ETag. The last segment of the path names the object.
 */
const [certificate, key] = process.argv.slice(2)
const plain = net.createServer({ noDelay: true }, serve)
const secure = tls.createServer(
  certificate === undefined || key === undefined
    ? {}
    : { noDelay: true, cert: readFileSync(certificate), key: readFileSync(key) },
  serve,
)
plain.listen(0, '127.0.0.1', () => {
  secure.listen(0, '127.0.0.1', () => {
    process.send?.({
      port: (plain.address() as net.AddressInfo).port,
      securePort: (secure.address() as net.AddressInfo).port,
    })
  })
})
process.on('disconnect', () => process.exit())

const byName = new Map<string, BenchObject>(Object.values(objects).map((object) => [object.name, object]))

function serve(socket: net.Socket): void {
  let waiting = ''
  let isBusy = false
  socket.on('data', (bytes) => {
    waiting += bytes.toString('latin1')
    if (!isBusy) next()
  })
  socket.on('error', () => socket.destroy())

  function next(): void {
    const end = waiting.indexOf('\r\n\r\n')
    isBusy = end !== -1
    if (end === -1) return
    const head = waiting.slice(0, end)
    waiting = waiting.slice(end + 4)
    answer(socket, head, () => {
      if (/^connection: *close/im.test(head) || / HTTP\/1\.0\r\n/.test(head)) socket.end()
      else next()
    })
  }
}

function answer(socket: net.Socket, head: string, done: () => void): void {
  const target = head.slice(0, head.indexOf(' HTTP/')).split(/[ ?]/)[1] ?? ''
  const object = byName.get(target.slice(target.lastIndexOf('/') + 1))
  if (object === undefined) {
    socket.write('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n', done)
    return
  }
  const etag = etagOf(object)
  const common =
    `x-amz-request-id: 4442587FB7D0A2F9\r\nx-amz-id-2: vlR7PnpV2Ce81l0PRw6jlUpck7Jo5ZsQjryTjKlc5aLWGVHPZLj5NeC6qMa0emYBDXOo6QBU0Wo=\r\n` +
    `date: ${new Date().toUTCString()}\r\nlast-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\netag: ${etag}\r\nserver: AmazonS3\r\n`
  if (head.includes(`\nif-none-match: ${etag}`) || head.includes(`\nIf-None-Match: ${etag}`)) {
    socket.write(`HTTP/1.1 304 Not Modified\r\n${common}\r\n`, done)
    return
  }
  const range = /^range: *bytes=(\d+)-(\d*)/im.exec(head)
  const first = range === null ? 0 : Number(range[1])
  const last =
    range === null || range[2] === ''
      ? object.sizeBytes - 1
      : Math.min(Number(range[2]), object.sizeBytes - 1)
  const status =
    range === null
      ? '200 OK'
      : `206 Partial Content\r\ncontent-range: bytes ${first}-${last}/${object.sizeBytes}`
  socket.cork()
  socket.write(
    `HTTP/1.1 ${status}\r\n${common}accept-ranges: bytes\r\ncontent-type: application/octet-stream\r\ncontent-length: ${last - first + 1}\r\n\r\n`,
  )
  send(socket, first, last + 1, done)
  socket.uncork()
}

function send(socket: net.Socket, offset: number, end: number, done: () => void): void {
  const piece = patternAt(offset, end - offset)
  const next = () => send(socket, offset + piece.length, end, done)
  const mayGoOn = socket.write(piece)
  if (offset + piece.length === end) done()
  else if (mayGoOn) next()
  else socket.once('drain', next)
}
