import type { FaultKind } from './fault-kind.ts'
import { breaking, onWay, someBytes } from './on-way.ts'

export const clientFaults: FaultKind[] = [
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
