import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { UsageError } from '../../../../src/cli/command/usage-error.ts'
import { chooseMount } from '../../../../src/cli/fetch/choose-mount.ts'

describe('chooseMount', () => {
  const [one, two] = [{ name: 'one' }, { name: 'two' }]

  it('takes the mount with the name, or the only one', () => {
    assert.equal(chooseMount([one, two], 'two'), two)
    assert.equal(chooseMount([one], undefined), one)
    const unnamed = { name: undefined }
    assert.equal(chooseMount([unnamed], undefined), unnamed)
  })

  it('refuses any other name, and none among several, with the names that there are', () => {
    for (const name of ['three', undefined])
      assert.throws(
        () => chooseMount([one, two], name),
        new UsageError('expected --mount with the name of a mount: one, two'),
      )
    assert.throws(
      () => chooseMount([{ name: undefined }], 'one'),
      new UsageError('--mount: the configuration has no mounts'),
    )
  })
})
