import type { ProxyFault } from '../helpers/network/fault-proxy.ts'
import type { Random } from '../helpers/random.ts'
import type { Misbehaviour, MisbehaviourRequest } from '../helpers/s3/stand-in/misbehaviour.ts'
import type { SsoFault } from '../helpers/sso/stand-in/sso-fault.ts'
import type { SsoEndpoint } from '../helpers/sso/stand-in/sso-stand-in-types.ts'
import type { CampaignStage } from './campaign-stage.ts'

export type Place = 's3' | 'redis' | 'sso' | 'client'

/** One kind of fault: how it is made, and what may come of it. */
export interface FaultKind {
  name: string
  /** Only requests that have to do with this place may suffer. */
  at: Place
  /** Statuses that fit, beside those that are right without any fault. */
  statuses: number[]
  /** Whether S3 may never get to say why something has gone wrong: then 502 or 504 fits in place of that. */
  cutsErrors?: boolean
  /** Whether the proxy may reset a body that it has begun. */
  mayCut: boolean
  /** Whether connections of clients may break anywhere; only where it is their own way that is broken. */
  mayBreak?: boolean
  /** Whether an object may be another version from one request to the next. */
  replacesObjects?: boolean
  /** Whether S3 lies about lengths in a way that nobody could notice. */
  shortensObjects?: boolean
  /** Whether S3 does not say how long an object is. */
  hidesLengths?: boolean
  /** Whether S3 leaves headers out, or makes them up. */
  altersHeaders?: boolean
  /** How long the head of an answer may take, where it is less than usual. */
  headLimitMs?: number
  /** Whether sessions may be gone afterwards. */
  endsSessions?: boolean
  /** Starts it; the returned function ends it. */
  begin(stage: CampaignStage, random: Random): Promise<() => Promise<void>>
}

/** Within so long every failure of Redis is an honest answer: one command, and half a second to spare. */
const redisLimitMs = 2000

export const faultKinds: FaultKind[] = [
  // The way to S3.
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

  // S3 itself. The faults that come once let the continuation pass, which has a precondition.
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

  // Redis.
  {
    ...place('redis', 'Redis is killed', [503]),
    endsSessions: true,
    async begin({ redis }) {
      await redis.kill()
      return () => redis.restart()
    },
  },
  {
    ...place('redis', 'Redis is paused', [503]),
    async begin({ redis }) {
      redis.pause()
      return async () => redis.resume()
    },
  },
  {
    ...place('redis', 'Redis forgets everything', [302, 401, 403]),
    endsSessions: true,
    async begin({ redis }) {
      const flush = () => redis.command('FLUSHALL').catch(() => '')
      await flush()
      const timer = setInterval(() => void flush(), 700)
      return async () => clearInterval(timer)
    },
  },
  onWay('redis', 'Redis is far away', (random) => ({ latencyMs: 10 + random.below(40) })),
  onWay('redis', 'Redis is down', () => ({ refuse: 'down' }), [503]),
  onWay('redis', 'Redis hears nothing', () => ({ stallAfterBytes: 0, direction: 'to-target' }), [503]),
  onWay(
    'redis',
    'Redis is cut in the middle of its answers',
    (random) => ({ closeAfterBytes: 300 + random.below(5000), direction: 'to-client' }),
    [503],
  ),
  onWay('redis', 'Redis comes in slices', (random) => ({ sliceBytes: 1 + random.below(40) })),
  resetsAgainAndAgain('redis', 'connections to Redis are reset again and again', [503]),

  // The SSO.
  onWay('sso', 'the SSO is far away', (random) => ({ latencyMs: 10 + random.below(80) })),
  onWay('sso', 'the SSO is down', () => ({ refuse: 'down' }), [502]),
  onWay('sso', 'the SSO hears nothing', () => ({ stallAfterBytes: 0, direction: 'to-target' }), [504]),
  resetsAgainAndAgain('sso', 'connections to the SSO are reset again and again', [502]),
  bySso('the SSO has internal errors', ['token', 'me'], { status: 500 }, [502]),
  bySso('the SSO is busy', ['token', 'me'], { status: 503 }, [502]),
  bySso('the SSO answers with a page', ['token', 'me'], { html: 200 }, [502]),
  bySso('the SSO answers half of its JSON', ['token', 'me'], { truncated: true }, [502]),
  bySso('the SSO is cut', ['token', 'me'], { cutBody: true }, [502]),
  bySso('the SSO answers garbage', ['token', 'me'], { raw: 'NONSENSE\r\n\r\n' }, [502]),
  bySso('the SSO drips', ['token', 'me'], { dripEveryMs: 100 }, [502, 504]),
  bySso('the SSO sends 2 MiB', ['token', 'me'], { hugeBytes: 2 << 20 }, [502, 504]),
  bySso('the SSO redirects', ['token', 'me'], { redirect: 'http://127.0.0.1:9/' }, [502]),
  bySso('the SSO is slow', ['token', 'me'], { delayMs: 150 }, []),
  bySso('the SSO refuses the client', ['token'], { status: 401, error: 'invalid_client' }, [401]),
  bySso('the SSO refuses the code', ['token'], { status: 400, error: 'invalid_grant' }, [403]),
  { ...bySso('tokens are revoked', ['me'], { status: 401 }, [302, 401, 403]), endsSessions: true },

  // The way to the client.
  onWay('client', 'clients are far away', (random) => ({ latencyMs: 20 + random.below(80) })),
  onWay('client', 'clients have a thin line', (random) => ({
    bytesPerSecond: 2_000_000 + random.below(2_000_000),
  })),
  onWay('client', 'clients get slices', (random) => ({
    sliceBytes: 500 + random.below(3000),
    direction: 'to-client',
  })),
  breaking('clients are reset', (random) => ({ resetAfterBytes: someBytes(random) })),
  breaking('clients are closed', (random) => ({ closeAfterBytes: someBytes(random) })),
  breaking('clients stall', (random) => ({ stallAfterBytes: someBytes(random) })),
  breaking('requests break off', (random) => ({
    resetAfterBytes: 20 + random.below(2000),
    direction: 'to-target',
  })),
]

/** Nothing is wrong: every answer has to be right. */
export const noFault: FaultKind = {
  ...{ name: 'no fault', at: 'client', statuses: [], mayCut: false },
  begin: async () => async () => {},
}

const garbage = [
  'nonsense\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
  'HTTP/1.1 999\r\n\r\n',
  'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n',
  '\0\0\0\0\r\n\r\n',
  'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
]

function someBytes(random: Random): number {
  return random.chance(0.3) ? random.below(3000) : random.below(1_200_000)
}

function place(at: Place, name: string, statuses: number[]) {
  const limit = at === 'redis' ? { headLimitMs: redisLimitMs } : {}
  // A body under way asks neither Redis nor the SSO.
  return { name, at, statuses, mayCut: false, ...limit }
}

function onWay(
  at: Place,
  name: string,
  fault: (random: Random) => ProxyFault,
  statuses: number[] = [],
): FaultKind {
  return {
    ...place(at, name, statuses),
    mayCut: at === 's3' && statuses.length > 0,
    async begin({ ways }, random) {
      const chosen = fault(random)
      await ways[at].set(chosen)
      if (chosen.refuse === 'down') ways[at].resetAll()
      return () => ways[at].clear()
    },
  }
}

function breaking(name: string, fault: (random: Random) => ProxyFault): FaultKind {
  const kind = onWay('client', name, fault)
  return {
    ...kind,
    mayBreak: true,
    async begin(stage, random) {
      const end = await kind.begin(stage, random)
      return async () => {
        await end()
        stage.ways.client.resetAll()
      }
    },
  }
}

function resetsAgainAndAgain(at: Place, name: string, statuses: number[]): FaultKind {
  return {
    ...place(at, name, statuses),
    mayCut: at === 's3',
    async begin({ ways }, random) {
      const timer = setInterval(() => ways[at].resetAll(), 40 + random.below(200))
      return async () => clearInterval(timer)
    },
  }
}

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

function bySso(name: string, endpoints: SsoEndpoint[], fault: SsoFault, statuses: number[]): FaultKind {
  return {
    ...place('sso', name, statuses),
    async begin({ sso }) {
      sso.misbehave(Object.fromEntries(endpoints.map((endpoint) => [endpoint, fault])))
      return async () => sso.misbehave()
    },
  }
}
