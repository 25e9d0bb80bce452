import type { ProxyFault } from '../../helpers/network/fault-proxy.ts'
import type { Random } from '../../helpers/random.ts'
import { type FaultKind, faultAt, type Place } from './fault-kind.ts'

/** A fault on the way to one place. */
export function onWay(
  at: Place,
  name: string,
  fault: (random: Random) => ProxyFault,
  statuses: number[] = [],
): FaultKind {
  return {
    ...faultAt(at, name, statuses),
    mayCut: at === 's3' && statuses.length > 0,
    async begin({ ways }, random) {
      const chosen = fault(random)
      await ways[at].set(chosen)
      if (chosen.refuse === 'down') ways[at].resetAll()
      return () => ways[at].clear()
    },
  }
}

/** A fault on the way to clients that may break any of their connections. */
export function breaking(name: string, fault: (random: Random) => ProxyFault): FaultKind {
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

export function resetsAgainAndAgain(at: Place, name: string, statuses: number[]): FaultKind {
  return {
    ...faultAt(at, name, statuses),
    mayCut: at === 's3',
    async begin({ ways }, random) {
      const timer = setInterval(() => ways[at].resetAll(), 40 + random.below(200))
      return async () => clearInterval(timer)
    },
  }
}

/** An offset at which a body breaks off; nearly a third of them are in its first packets. */
export function someBytes(random: Random): number {
  return random.chance(0.3) ? random.below(3000) : random.below(1_200_000)
}
