import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Crc, createCrc32, createCrc32c, createCrc64Nvme } from '../../../../src/cli/fetch/crc.ts'

// The check values of the catalogue of CRC algorithms, over the digits 1 to 9.
const cases: [name: string, create: () => Crc, check: string, ofNothing: string][] = [
  ['createCrc32', createCrc32, 'cbf43926', '00000000'],
  ['createCrc32c', createCrc32c, 'e3069283', '00000000'],
  ['createCrc64Nvme', createCrc64Nvme, 'ae8b14860a799888', '0000000000000000'],
]

for (const [name, create, check, ofNothing] of cases) {
  describe(name, () => {
    const of = (...pieces: Uint8Array[]) => {
      const crc = create()
      for (const piece of pieces) crc.update(piece)
      return crc.digest().toString('hex')
    }

    it('has the check value of its algorithm', () => {
      assert.equal(of(Buffer.from('123456789')), check)
    })

    it('is zero over nothing', () => {
      assert.equal(of(), ofNothing)
    })

    it('is the same however the bytes are cut', () => {
      const bytes = Buffer.from(Array.from({ length: 1000 }, (_, index) => (index * 7919) & 0xff))
      assert.equal(of(bytes.subarray(0, 1), bytes.subarray(1, 500), bytes.subarray(500)), of(bytes))
    })

    it('sees one changed bit', () => {
      const bytes = Buffer.alloc(4096, 0xa5)
      const before = of(bytes)
      bytes[2048] = 0xa4
      assert.notEqual(of(bytes), before)
    })
  })
}
