import type { Random } from '../helpers/random.ts'
import { generatedBytes } from '../helpers/s3/stand-in/generated-body.ts'
import type { S3StandIn } from '../helpers/s3/stand-in/stand-in-types.ts'

/** Content of which every byte is known. */
export interface Version {
  sizeBytes: number
  seed: number
  etag: string
}

/** An object that clients ask for. */
export interface KnownObject {
  key: string
  /** The target as it stands in the request line. */
  target: string
  /** The first version is in the bucket, except while objects are being replaced. */
  versions: [Version, ...Version[]]
}

export interface Library {
  objects: KnownObject[]
  /** An object that is asked for without a session only, so S3 must never hear of it. */
  forbidden: KnownObject
  /** Objects that only the team may see. */
  ofTeam: readonly KnownObject[]
  /** Objects beside those, which nobody asks for who may see them, so S3 must never hear of them. */
  withheld: readonly KnownObject[]
  /** Puts the first version of everything back. */
  restore(): void
}

const sizes = [0, 1, 100, 4096, 65_536, 65_537, 300_000, 1_500_000, 4_000_000]
const names: [key: string, target: string][] = [
  ['b.bin', '/b.bin'],
  ['a//b.bin', '/a//b.bin'],
  ['/lead.bin', '//lead.bin'],
  ['trail/', '/trail/'],
  ['plus+sign', '/plus+sign'],
  ['per%cent', '/per%25cent'],
  ['per%2Fcent', '/per%252Fcent'],
  ['enc/slash', '/enc%2Fslash'],
  ['semi;colon', '/semi;colon'],
  ["bang!'()*", "/bang!'()*"],
  ['back\\slash', '/back\\slash'],
  ['back/slash', '/back/slash'],
  ['space key', '/space%20key'],
  ['q?mark', '/q%3Fmark'],
  ['hash#', '/hash%23'],
  ['ünï/日本', '/%C3%BCn%C3%AF/%E6%97%A5%E6%9C%AC'],
  ['tilde~._-', '/tilde%7E._-'],
  // Names that are nearly those of the team, and everybody's.
  ['Team/plan.bin', '/Team/plan.bin'],
  ['/team/plan.bin', '//team/plan.bin'],
  ['team%2Fplan.bin', '/team%252Fplan.bin'],
  ['team;v=1/plan.bin', '/team;v=1/plan.bin'],
  ['team\\plan.bin', '/team\\plan.bin'],
  ['teams/plan.bin', '/te%61ms/plan.bin'],
  ['b/team/plan.bin', '/b/team/plan.bin'],
  ['te\u0308am/plan.bin', '/te%CC%88am/plan.bin'],
  ['tëam %/plan.bin', '/t%C3%ABam%20%25/plan.bin'],
]

const namesOfTeam: [key: string, target: string][] = [
  ['team/plan.bin', '/team/plan.bin'],
  ['team//a/b/deep.bin', '/team//a/b/deep.bin'],
  ['tëam/plan.bin', '/t%C3%ABam/plan.bin'],
]

const withheldNames: [key: string, target: string][] = [
  ['team/withheld.bin', '/team/withheld.bin'],
  ['team//a/b/withheld.bin', '/team//a/b/withheld.bin'],
  ['tëam/withheld.bin', '/t%C3%ABam/withheld.bin'],
]

/** Targets that name nothing, because they could climb out of the prefix or cannot be decoded. */
export const refusedTargets = [
  ...['/x/%2e%2e/b.bin', '/x/../b.bin', '/x/..%2fb.bin', '/x\\..\\b.bin', '/./b.bin', '/%2e/b.bin'],
  ...['/b/../team/withheld.bin', '/b/%2e%2E/team/withheld.bin', '/%2e/team/withheld.bin'],
  ...['/%', '/%zz', '/a%00b', '/%ff', '/enc/%2E%2e%5Cb.bin'],
]

/** Fills the bucket. */
export function createLibrary(s3: S3StandIn, random: Random): Library {
  const objects = names.map(([key, target]) => createObject(key, target, random.pick(sizes), random))
  for (const sizeBytes of sizes)
    objects.push(createObject(`size/${sizeBytes}`, `/size/${sizeBytes}`, sizeBytes, random))
  const ofTeam = namesOfTeam.map(([key, target]) => createObject(key, target, random.pick(sizes), random))
  const withheld = withheldNames.map(([key, target]) => createObject(key, target, 5000, random))
  const forbidden = createObject('unseen/secret.bin', '/unseen/secret.bin', 5000, random)
  const all = [...objects, ...ofTeam, ...withheld, forbidden]
  const restore = () => {
    for (const { key, versions } of all) s3.put(key, { body: versions[0] })
  }
  restore()
  s3.put('health.txt', { body: 'healthy', contentType: 'text/plain' })
  for (const object of all)
    for (const version of object.versions) version.etag = s3.put('scratch', { body: version }).etag as string
  s3.delete('scratch')
  return { objects, forbidden, ofTeam, withheld, restore }
}

function createObject(key: string, target: string, sizeBytes: number, random: Random): KnownObject {
  const version = () => ({ sizeBytes, seed: random.below(40), etag: '' })
  const [first, second] = [version(), version()]
  if (second.seed === first.seed) second.seed++
  return { key, target, versions: [first, second] }
}

/** Compares what comes, as it comes, with what a version has at that place. */
export interface Comparison {
  readonly version: Version
  readonly agrees: boolean
  take(piece: Buffer, offset: number): void
}

/** @param firstByte of the body, in the object */
export function createComparison(version: Version, firstByte: number): Comparison {
  let agrees = true
  return {
    version,
    get agrees() {
      return agrees
    },
    take(piece, offset) {
      const at = firstByte + offset
      agrees &&=
        at + piece.length <= version.sizeBytes && generatedBytes(version.seed, at, piece.length).equals(piece)
    },
  }
}
