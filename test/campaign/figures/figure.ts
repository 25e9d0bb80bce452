import { createHttpClient } from '../../helpers/clients/http-client.ts'
import type { Random } from '../../helpers/random.ts'
import type { CampaignStage } from '../campaign-stage.ts'

/** One promise as a number, measured against the built program. */
export interface Figure {
  name: string
  /** The deed, and the result that is promised. */
  title: string
  /** @param scale 1 as published; less for a look */
  measure(random: Random, scale: number): Promise<Measured>
}

export interface Measured {
  got: string
  isReached: boolean
}

/**
 * @param ca makes the client speak TLS, and trust this certificate
 * @returns the value for `cookie` of somebody who signed in
 */
export async function signIn(stage: CampaignStage, ca?: Buffer): Promise<string> {
  const client = createHttpClient({}, ca)
  const [scheme, name] = ca === undefined ? ['http', 's3proxy_session'] : ['https', '__Host-s3proxy_session']
  try {
    const answer = await client.follow(`${scheme}://127.0.0.1:${stage.proxy.port}/b.bin`)
    if (answer.status !== 200) throw new Error(`signing in ended with ${answer.status}: ${answer.text}`)
    return `${name}=${client.jar.get(name)}`
  } finally {
    client.close()
  }
}

/** Acts `count` times, with `lanes` acts at once. */
export async function inLanes(
  count: number,
  lanes: number,
  act: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** Faults of the proxy that no answer shows: lines of severity error. */
export function faultsInLog(stage: CampaignStage): number {
  return stage.proxy.log.filter(({ level }) => level === 'error' || level === 'fatal').length
}

/** The timeouts that the proxy has by default. */
export const defaultTimeouts = {
  S3PROXY_S3_CONNECT_TIMEOUT_MS: '5000',
  S3PROXY_S3_STALL_TIMEOUT_MS: '10000',
  S3PROXY_S3_DEADLINE_MS: '30000',
  S3PROXY_S3_READER_PATIENCE_MS: '10000',
  S3PROXY_S3_PARALLEL_THRESHOLD_BYTES: '33554432',
  S3PROXY_S3_PARALLEL_PART_BYTES: '8388608',
  S3PROXY_SSO_TIMEOUT_MS: '10000',
  S3PROXY_SSO_TOKEN_CHECK_INTERVAL_SECONDS: '60',
}
