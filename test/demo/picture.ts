import { crc32, deflateSync } from 'node:zlib'

/** Makes a PNG file with a corner of the Mandelbrot set. */
export function makePicture(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const color = colorOf(-0.745 + (x / width - 0.5) * 0.03, 0.11 + ((y - height / 2) / width) * 0.03)
      rows.set(color, y * (1 + width * 3) + 1 + x * 3)
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function colorOf(x: number, y: number): [number, number, number] {
  let a = 0
  let b = 0
  for (let step = 0; step < 256; step++) {
    const next = a * a - b * b + x
    b = 2 * a * b + y
    a = next
    if (a * a + b * b > 256) {
      const shade = Math.sqrt((step + 1 - Math.log2(Math.log2(a * a + b * b) / 2)) / 120)
      return [wave(shade, 0), wave(shade, 0.1), wave(shade, 0.25)]
    }
  }
  return [12, 16, 32]
}

function wave(shade: number, shift: number): number {
  return Math.round(140 - 115 * Math.cos(2 * Math.PI * (shade + shift)))
}

/** @see PNG specification section 5.3 */
function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(content.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(content, 4)
  framed.writeUInt32BE(crc32(content), content.length + 4)
  return framed
}
