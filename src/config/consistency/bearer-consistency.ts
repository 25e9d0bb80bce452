import { resourceMetadataPath } from '../../http/own-paths.ts'
import type { Values } from '../schema/config-schema.ts'
import type { Findings } from './findings.ts'

type BearerValues = NonNullable<Values['bearer']>

/** Checks options of bearer tokens together. */
export function checkBearer(
  bearer: BearerValues,
  { s3 }: Pick<Values, 's3'>,
  { report, warn }: Findings,
): void {
  const { accept, ...others } = bearer
  if (accept === 'none') {
    for (const [name, value] of Object.entries(others))
      if (value !== undefined) warn(`bearer.${name} is not used, because bearer.accept is none`)
    return
  }
  if (s3?.healthcheckKey === resourceMetadataPath.slice(1))
    report({
      path: 's3.healthcheckKey',
      looksAt: ['bearer.accept'],
      message: 'cannot be served, because bearer.accept makes a page of s3proxy of it',
    })
  if (accept === 'identity')
    warn(
      'every token of the SSO is accepted, also one that was made for another application (bearer.accept identity)',
    )
}
