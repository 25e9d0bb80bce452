import type { FaultKind } from './fault-kind.ts'
import { clientFaults } from './of-clients.ts'
import { openidFaults } from './of-openid.ts'
import { redisFaults } from './of-redis.ts'
import { refreshFaults } from './of-refresh.ts'
import { s3Faults, s3LineFaults } from './of-s3.ts'
import { ssoFaults } from './of-sso.ts'

/** Every kind of fault. Their order decides which of them a seed picks. */
export const faultKinds: FaultKind[] = [
  ...s3LineFaults,
  ...s3Faults,
  ...redisFaults,
  ...ssoFaults,
  ...refreshFaults,
  ...clientFaults,
  ...openidFaults,
]
