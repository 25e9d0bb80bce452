import { abortedDownloads } from './aborts.ts'
import { cuts } from './cuts.ts'
import type { Figure } from './figure.ts'
import { fuzz } from './fuzz.ts'
import { gibibyte } from './gibibyte.ts'
import { keysByteExact } from './keys.ts'
import { redisKills } from './redis-kills.ts'
import { replaced } from './replaced.ts'
import { sigterm } from './sigterm.ts'
import { slowSockets } from './slow-sockets.ts'
import { stalledReaders, stalledTlsReaders } from './stalled.ts'

export const figures: Figure[] = [
  gibibyte,
  replaced,
  cuts,
  fuzz,
  keysByteExact,
  redisKills,
  abortedDownloads,
  stalledReaders,
  stalledTlsReaders,
  slowSockets,
  sigterm,
]
