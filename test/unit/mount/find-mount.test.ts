import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createMountFinder, type MountPlace, withoutPort } from '../../../src/mount/find-mount.ts'

describe('createMountFinder', () => {
  const root = { path: '/' }
  const a = { path: '/a/' }
  const ab = { path: '/a/b/' }
  const atHost = { path: '/', host: 'docs.example.com' }
  const belowHost = { path: '/a/', host: 'docs.example.com' }

  it('finds the longest path, and only at the end of a segment', () => {
    const find = createMountFinder([root, a, ab])
    for (const [path, mount] of [
      ['', root],
      ['a', root],
      ['ab', root],
      ['ab/c', root],
      ['a/', a],
      ['a//b/', a],
      ['a/b', a],
      ['a/bc', a],
      ['a/b/', ab],
      ['a/b/c', ab],
      ['A/b/c', root],
    ] as const)
      assert.equal(find('any', path), mount, path)
  })

  it('finds nothing where no mount is', () => {
    const find = createMountFinder([a])
    for (const path of ['', 'a', 'ab/', 'b/a/']) assert.equal(find('any', path), undefined, path)
    assert.equal(createMountFinder<MountPlace>([])('any', ''), undefined)
  })

  it('asks mounts at the host first, whatever the port, and then those at every host', () => {
    const find = createMountFinder([root, ab, belowHost])
    for (const host of ['docs.example.com', 'docs.example.com:8443']) {
      assert.equal(find(host, 'a/b/c'), belowHost)
      assert.equal(find(host, 'b'), root)
    }
    for (const host of ['', 'example.com', 'docs.example.com.', 'xdocs.example.com']) {
      assert.equal(find(host, 'a/b/c'), ab, host)
      assert.equal(find(host, 'b'), root, host)
    }
    assert.equal(createMountFinder<MountPlace>([a, atHost])('docs.example.com', 'a/x'), atHost)
  })

  it('agrees with a plain search over many mounts and paths', () => {
    const words = ['a', 'ab', 'a/b', 'b', 'b/a', 'a//b', '']
    const hosts = [undefined, 'h', 'g'] as const
    const mounts = hosts.flatMap((host) =>
      words.map((word) => ({ host, path: word === '' ? '/' : `/${word}/` })),
    )
    for (let bits = 1; bits < 2 ** mounts.length; bits = bits * 3 + 1) {
      const some = mounts.filter((_, index) => (bits >> index) & 1)
      const find = createMountFinder<MountPlace>(some)
      for (const host of ['h', 'g:1', 'f'])
        for (const path of words.flatMap((word) => [word, `${word}/`, `${word}/c`])) {
          const fits = some.filter((mount) => `/${path}`.startsWith(mount.path))
          const own = fits.filter((mount) => mount.host === withoutPort(host))
          const among = own.length > 0 ? own : fits.filter((mount) => mount.host === undefined)
          const longest = among.reduce<MountPlace | undefined>(
            (best, mount) => (best === undefined || mount.path.length > best.path.length ? mount : best),
            undefined,
          )
          assert.equal(find(host, path), longest, `${host} ${path}`)
        }
    }
  })
})
