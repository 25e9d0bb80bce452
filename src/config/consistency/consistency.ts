import type { Options } from '../options/options.ts'
import type { Values } from '../schema/config-schema.ts'
import type { Sources } from '../sources/sources.ts'
import { checkAccess } from './access-consistency.ts'
import { checkBearer } from './bearer-consistency.ts'
import { unknownNames, unusedNames } from './environment-warnings.ts'
import type { Conflict, Findings } from './findings.ts'
import { checkMounts } from './mounts-consistency.ts'
import { checkS3 } from './s3-consistency.ts'
import { checkServer } from './server-consistency.ts'
import { checkSession } from './session-consistency.ts'
import { checkSso } from './sso-consistency.ts'

/**
 * Checks what options mean together, and fills in those that follow from others.
 *
 * @param values valid one by one; `endpoint` of `s3` and mounts, `sso.scope`, `sso.clientAuthentication`, `session.store`, `server.allowedHosts` and
 *   `server.crossOriginResourcePolicy` are filled in
 * @returns with `unknownNames`: warnings about variables that look like options and are none
 */
export function checkTogether(
  values: Values,
  { sources, given, wanted, options }: Context,
): { conflicts: Conflict[]; warnings: string[]; unknownNames: string[] } {
  const conflicts: Conflict[] = []
  const warnings: string[] = []
  const findings: Findings = {
    sources,
    report: (conflict) => conflicts.push(conflict),
    warn: (message) => warnings.push(message),
  }
  const { s3, mounts, sso, session, bearer, server, access, log } = values
  const hasMounts = Object.keys(mounts ?? {}).length > 0
  if (s3 !== undefined) checkS3(s3, 's3', findings, !hasMounts)
  if (sso !== undefined) checkSso(sso, findings)
  if (bearer !== undefined) checkBearer(bearer, values, findings)
  if (session !== undefined) checkSession(session, server ?? {}, findings)
  if (server !== undefined) checkServer(server, { ...given.dotenv, ...given.env }, findings)
  // The hosts that are served follow from the server.
  if (hasMounts && mounts !== undefined) checkMounts(mounts, values, findings)
  if (access !== undefined) checkAccess(access, values, findings)
  if (log !== undefined) checkLog(log, findings)
  for (const { path, section, isSecret } of options.single) {
    if (isSecret && given.flags.has(path) && wanted.includes(section))
      warnings.push(
        `${path} was given by --set, where every user of this machine can see it: use a file or the environment`,
      )
  }
  warnings.push(...unusedNames(given, options))
  return { conflicts, warnings, unknownNames: unknownNames(given, options) }
}

/** Facts that a check needs beside the values. */
interface Context {
  /** Option path to where its value came from. */
  sources: Record<string, string>
  given: Pick<Sources, 'env' | 'dotenv' | 'flags'>
  /** Sections that the caller uses. */
  wanted: readonly string[]
  options: Options
}

function checkLog(log: NonNullable<Values['log']>, { report }: Findings): void {
  if (log.identity === 'hashed' && log.identityHashKey === undefined) {
    report({
      path: 'log.identityHashKey',
      message:
        'is required with log.identity hashed: without a key, whoever has a list of people can undo the hash',
    })
  }
}
