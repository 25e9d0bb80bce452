import type { Random } from '../../helpers/random.ts'
import type { Misbehaviour, MisbehaviourRequest } from '../../helpers/s3/stand-in/misbehaviour.ts'
import type { FaultKind } from './fault-kind.ts'
import { onWay, resetsAgainAndAgain, someBytes } from './on-way.ts'

const garbage = [
  'nonsense\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
  'HTTP/1.1 999\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
  '\0\0\0\0\r\n\r\n',
]
const garbageBody = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'

export const s3LineFaults: FaultKind[] = [
  onWay('s3', 'S3 is far away', (random) => ({ latencyMs: 20 + random.below(60) })),
  onWay('s3', 'S3 is slow', (random) => ({ bytesPerSecond: 1_000_000 + random.below(2_000_000) })),
  onWay('s3', 'S3 comes in slices', (random) => ({
    sliceBytes: 200 + random.below(4000),
    direction: 'to-client',
  })),
  onWay('s3', 'S3 resets after some bytes', (random) => ({ resetAfterBytes: someBytes(random) }), [502]),
  onWay('s3', 'S3 closes after some bytes', (random) => ({ closeAfterBytes: someBytes(random) }), [502]),
  onWay('s3', 'S3 stalls after some bytes', (random) => ({ stallAfterBytes: someBytes(random) }), [502, 504]),
  onWay('s3', 'S3 hears nothing', () => ({ stallAfterBytes: 0, direction: 'to-target' }), [502, 504]),
  onWay('s3', 'S3 is down', () => ({ refuse: 'down' }), [502]),
  resetsAgainAndAgain('s3', 'connections to S3 are reset again and again', [502]),
]

export const s3Faults: FaultKind[] = [
  // A fault that comes once lets the continuation pass, which has a precondition.
  byS3(
    'S3 cuts each body once',
    (random) => once({ cutAfterBytes: someBytes(random), how: random.pick(['reset', 'fin']) }),
    { cutsErrors: true },
  ),
  byS3('S3 stalls in each body once', (random) => once({ cutAfterBytes: someBytes(random), how: 'stall' }), {
    cutsErrors: true,
  }),
  byS3(
    'S3 cuts bodies',
    (random) => () => ({ cutAfterBytes: someBytes(random), how: random.pick(['reset', 'fin']) }),
    { mayCut: true, cutsErrors: true },
  ),
  byS3(
    'S3 cuts bodies that have no ETag',
    (random) => () => ({
      cutAfterBytes: someBytes(random),
      how: random.pick(['reset', 'fin']),
      ...random.pick([{ noEtag: true }, { weakEtag: true }]),
    }),
    { mayCut: true, cutsErrors: true, altersHeaders: true },
  ),
  byS3(
    'objects vanish in the middle',
    (random) => onceThen({ cutAfterBytes: someBytes(random) }, { error: 404, code: 'NoSuchKey' }),
    {
      mayCut: true,
      statuses: [404],
      cutsErrors: true,
    },
  ),
  replacement(),
  byS3('S3 says SlowDown', (random) => sometimes(random, 0.5, { error: 503, code: 'SlowDown' }), {
    mayCut: true,
    statuses: [503],
  }),
  byS3('S3 has an internal error', (random) => sometimes(random, 0.5, { error: 500 }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3('S3 knows no such access key', () => () => ({ error: 403, code: 'InvalidAccessKeyId' }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3('S3 denies access', () => () => ({ error: 403, code: 'AccessDenied' }), {
    mayCut: true,
    statuses: [403],
  }),
  byS3('S3 has lost its bucket', () => () => ({ error: 404, code: 'NoSuchBucket' }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3(
    'a balancer answers for S3',
    (random) => sometimes(random, 0.7, { htmlError: random.pick([403, 404, 502]) }),
    {
      mayCut: true,
      statuses: [502],
    },
  ),
  byS3('S3 answers garbage', (random) => sometimes(random, 0.5, { rawHead: random.pick(garbage) }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3(
    'S3 sends garbage behind a valid head',
    // The head alone is a valid answer to HEAD.
    (random) => (request) =>
      request.method !== 'HEAD' && random.chance(0.5) ? { rawHead: garbageBody } : undefined,
    { mayCut: true, statuses: [502] },
  ),
  byS3(
    'S3 ends before the head',
    (random) => () =>
      random.chance(0.6) ? random.pick([{ resetBeforeHead: true }, { closeBeforeHead: true }]) : undefined,
    {
      mayCut: true,
      statuses: [502],
    },
  ),
  byS3('S3 is silent before the head', (random) => sometimes(random, 0.3, { stallBeforeHead: true }), {
    mayCut: true,
    statuses: [502, 504],
  }),
  byS3(
    'S3 promises more than it has',
    (random) => sometimes(random, 0.5, { contentLength: 1 + random.below(9000) }),
    {
      ...{ mayCut: true, statuses: [502], altersHeaders: true },
    },
  ),
  byS3('S3 promises less than it has', (random) => sometimes(random, 0.5, { contentLength: -1 }), {
    ...{ mayCut: true, statuses: [502], altersHeaders: true, shortensObjects: true },
  }),
  byS3(
    'S3 sends bytes behind its answers',
    (random) => sometimes(random, 0.5, { extraBytesAfterBody: true }),
    { mayCut: true, statuses: [502] },
  ),
  byS3('S3 answers another range', (random) => sometimes(random, 0.5, { wrongContentRange: true }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3(
    'S3 makes up an ETag',
    (random) => sometimes(random, 0.5, { wrongEtag: true, cutAfterBytes: someBytes(random) }),
    {
      ...{ mayCut: true, statuses: [502], altersHeaders: true },
    },
  ),
  byS3('S3 sends no length', (random) => sometimes(random, 0.5, { chunkedBody: true }), {
    ...{ mayCut: false, hidesLengths: true, statuses: [] },
  }),
  byS3('S3 sends 128 KiB of headers', (random) => sometimes(random, 0.5, { hugeHead: true }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3('S3 redirects', (random) => sometimes(random, 0.5, { redirect: random.pick([301, 307]) }), {
    mayCut: true,
    statuses: [502],
  }),
  byS3(
    'S3 is odd, and right',
    (random) => () =>
      random.pick<Misbehaviour>([
        { status100Continue: true },
        { closeAfterResponse: true },
        { sliceBytes: 1000 + random.below(9000) },
        { headDelayMs: random.below(300) },
      ]),
  ),
]

type Script = (request: MisbehaviourRequest) => Misbehaviour | undefined

function byS3(name: string, script: (random: Random) => Script, more: Partial<FaultKind> = {}): FaultKind {
  return {
    ...{ name, at: 's3', statuses: [], mayCut: false, ...more },
    async begin({ s3 }, random) {
      s3.misbehave(script(random))
      return async () => s3.misbehave(null)
    },
  }
}

function isContinuation({ headers }: MisbehaviourRequest): boolean {
  return headers['if-match'] !== undefined
}

function once(wrong: Misbehaviour): Script {
  return onceThen(wrong, undefined)
}

function onceThen(wrong: Misbehaviour, then: Misbehaviour | undefined): Script {
  return (request) => (isContinuation(request) ? then : wrong)
}

function sometimes(random: Random, probability: number, wrong: Misbehaviour): Script {
  return () => (random.chance(probability) ? wrong : undefined)
}

/** Each request finds another version than the one before, and is cut. */
function replacement(): FaultKind {
  return {
    ...{
      name: 'objects are replaced in the middle',
      at: 's3',
      statuses: [412],
      mayCut: true,
      replacesObjects: true,
    },
    async begin({ s3, library }, random) {
      const versions = new Map(library.objects.map((object) => [object.key, object.versions]))
      s3.misbehave(({ key = '' }) => {
        const known = versions.get(key)
        if (known === undefined) return undefined
        return {
          replaceObject: random.pick(known),
          cutAfterBytes: someBytes(random),
          how: random.pick(['reset', 'fin']),
        }
      })
      return async () => {
        s3.misbehave(null)
        library.restore()
      }
    },
  }
}
