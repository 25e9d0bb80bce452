import { callbackPath, ownPathPrefix, resourceMetadataPath } from '../../http/own-paths.ts'
import { originOf } from '../../http/site.ts'
import { healthcheckMountOf } from '../../mount/health-check.ts'
import { type MisplacedMount, misplacedMounts } from '../../mount/misplaced-mounts.ts'
import type { Values } from '../schema/config-schema.ts'
import { comparedDecoded, looksEncoded } from './decoded-path.ts'
import type { Findings } from './findings.ts'
import { placesOf } from './mount-places.ts'
import { checkS3 } from './s3-consistency.ts'

type MountValues = NonNullable<Values['mounts']>

/** Checks the bucket of each mount, and the places of all of them; fills their `endpoint` in where it follows. */
export function checkMounts(mounts: MountValues, values: Values, findings: Findings): void {
  for (const [name, mount] of Object.entries(mounts)) {
    checkS3(mount, `mounts.${name}`, findings)
    checkToken(mount, name, findings)
    if (mount.path !== undefined) checkPath(mount.path, name, values, findings)
  }
  checkPlaces(mounts, values, findings)
  checkSharedOrigins(mounts, findings)
}

function checkToken(
  { sessionToken, accessKeyId, secretAccessKey }: MountValues[string],
  name: string,
  { report }: Findings,
): void {
  if (sessionToken !== undefined && accessKeyId === undefined && secretAccessKey === undefined)
    report({
      path: `mounts.${name}.accessKeyId`,
      message: 'is required with a session token: the parts of an access key are not inherited one by one',
    })
}

function checkPath(path: string, name: string, { bearer }: Values, { report, warn }: Findings): void {
  const metadataFolder = resourceMetadataPath.slice(0, resourceMetadataPath.lastIndexOf('/') + 1)
  const reserved = [
    ownPathPrefix,
    `${callbackPath}/`,
    ...((bearer?.accept ?? 'none') === 'none' ? [] : [metadataFolder]),
  ].find((own) => path.startsWith(own))
  if (reserved !== undefined)
    report({ path: `mounts.${name}.path`, message: `is at ${reserved}, where pages of s3proxy are` })
  if (looksEncoded(path)) warn(`mounts.${name}.path ${comparedDecoded}`)
}

function checkPlaces(mounts: MountValues, { server, s3 }: Values, { report }: Findings): void {
  const places = placesOf(mounts)
  if (places === undefined) return
  const servedHosts = server?.publicUrl === undefined ? server?.allowedHosts : [server.publicUrl.host]
  for (const misplaced of misplacedMounts(places, servedHosts))
    report({
      path: `mounts.${misplaced.name}.path`,
      looksAt: ['server.publicUrl', 'server.allowedHosts', `mounts.${misplaced.name}.host`],
      message: messageOf(misplaced),
    })
  const key = s3?.healthcheckKey
  if (key === undefined || places.length === 0) return
  const place = healthcheckMountOf(places, key)
  if (place === undefined || key === place.path.slice(1))
    report({
      path: 's3.healthcheckKey',
      message:
        'is in no mount: with mounts it is a whole path without its first /, at a mount without a host, because platforms ask by address',
    })
}

function messageOf({ name, reason, by }: MisplacedMount): string {
  const others = by.map((other) => `mounts.${other}`).join(' and ')
  return reason === 'same-place'
    ? `is where ${others} is: two mounts need two paths or two hosts`
    : `is never reached: mounts.${name} has no host, and at every host that is served ${others} ${by.length === 1 ? 'goes' : 'go'} before it`
}

/** Options of the connections to S3, which all mounts at one S3 share. */
const shared = ['maxConnections', 'connectTimeoutMs', 'stallTimeoutMs', 'deadlineMs'] as const

function checkSharedOrigins(mounts: MountValues, { report }: Findings): void {
  const firsts = new Map<string, [name: string, mount: MountValues[string]]>()
  for (const [name, mount] of Object.entries(mounts)) {
    if (mount.endpoint === undefined) continue
    const { origin } = mount.endpoint
    const first = firsts.get(originOf(origin))
    if (first === undefined) firsts.set(originOf(origin), [name, mount])
    else
      for (const option of shared)
        if (
          mount[option] !== undefined &&
          first[1][option] !== undefined &&
          mount[option] !== first[1][option]
        )
          report({
            path: `mounts.${name}.${option}`,
            looksAt: [`mounts.${first[0]}.${option}`],
            message: `is another value than mounts.${first[0]}.${option}: both are at ${origin.host}, and share their connections`,
          })
  }
}
