import type { FaultKind } from './fault-kind.ts'
import { faultAt } from './fault-kind.ts'
import { onWay, resetsAgainAndAgain } from './on-way.ts'

export const redisFaults: FaultKind[] = [
  {
    ...faultAt('redis', 'Redis is killed', [503]),
    endsSessions: true,
    async begin({ redis }) {
      await redis.kill()
      return () => redis.restart()
    },
  },
  {
    ...faultAt('redis', 'Redis is paused', [503]),
    async begin({ redis }) {
      redis.pause()
      return async () => redis.resume()
    },
  },
  {
    ...faultAt('redis', 'Redis forgets everything', [302, 401, 403]),
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
]
