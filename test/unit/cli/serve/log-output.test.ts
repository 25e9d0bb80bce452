import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createLogOutput, leftForLastLines } from '../../../../src/cli/serve/log-output.ts'
import { eventually } from '../../../helpers/eventually.ts'

const endOfTurn = () => new Promise(setImmediate)

/** A reader that takes `room` bytes, and then refuses until there is room again. */
function createReader(room = Number.POSITIVE_INFINITY) {
  const reader = {
    room,
    refusal: 'EAGAIN',
    taken: [] as string[],
    text() {
      return reader.taken.join('')
    },
    writeSome(bytes: Buffer, done: (error: Error | null, writtenBytes: number) => void) {
      const some = bytes.subarray(0, reader.room)
      if (some.length > 0) reader.taken.push(some.toString())
      reader.room -= some.length
      setImmediate(() => (some.length > 0 ? done(null, some.length) : done(new Error(reader.refusal), 0)))
    },
  }
  return reader
}

function openOutput(reader: ReturnType<typeof createReader>, maxWriteBytes = 1000) {
  const told: number[] = []
  const output = createLogOutput({
    writeSome: reader.writeSome,
    maxPendingBytes: 10,
    maxWriteBytes,
    onRecovered(lines) {
      told.push(lines)
      output.write(`lost ${lines}\n`)
    },
  })
  return { output, told }
}

describe('createLogOutput', () => {
  it('writes the lines of one turn of the event loop together, in order', async () => {
    const reader = createReader()
    const { output } = openOutput(reader)
    output.write('a\n')
    output.write('b\n')
    assert.deepEqual(reader.taken, [])
    await endOfTurn()
    output.write('c\n')
    await output.close(1000)
    assert.deepEqual(reader.taken, ['a\nb\n', 'c\n'])
  })

  for (const refusal of ['EAGAIN', 'ENOSPC', 'EPIPE'])
    it(`keeps what fits, drops and counts the rest, and tells it once writing works again (${refusal})`, async () => {
      const reader = createReader(3)
      reader.refusal = refusal
      const { output, told } = openOutput(reader)
      output.write('aaaa\n')
      output.write('bbb\n')
      for (let turns = 0; turns < 3; turns++) await endOfTurn()
      for (const line of ['cccccccc\n', 'dddd\n', 'e\n', 'f\n']) output.write(line)
      assert.equal(output.droppedLines, 2)
      assert.deepEqual(told, [])
      assert.equal(reader.text(), 'aaa')
      reader.room = 1000
      await eventually(
        async () => reader.text(),
        (text) => text.endsWith('lost 2\n'),
      )
      assert.equal(reader.text(), 'aaaa\nbbb\ne\nf\nlost 2\n')
      output.write('g\n')
      await output.close(1000)
      assert.ok(reader.text().endsWith('lost 2\ng\n'))
      assert.deepEqual(told, [2])
    })

  it('writes whole lines where several processes write to one pipe', async () => {
    const reader = createReader()
    const { output } = openOutput(reader, 5)
    for (const line of ['aa\n', 'b\n', 'c\n']) output.write(line)
    await output.close(1000)
    output.write('late\n')
    assert.deepEqual(reader.taken, ['aa\nb\n', 'c\n'])
  })

  it('ends in time though nobody reads, and writes nothing afterwards', async () => {
    const reader = createReader(0)
    const { output } = openOutput(reader)
    output.write('a\n')
    await output.close(20)
    reader.room = 1000
    output.write('b\n')
    await output.close(1000)
    await endOfTurn()
    assert.equal(reader.text(), '')
  })
})

describe('leftForLastLines', () => {
  it('is at most a second, half of what is left, and a moment in any case', () => {
    assert.deepEqual([9000, 1000, 0, -50].map(leftForLastLines), [1000, 500, 100, 100])
  })
})
