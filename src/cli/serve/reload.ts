import { planReload } from '../../config/reload-plan.ts'
import type { Resolved } from '../../config/resolve.ts'
import type { Config } from '../../config/schema/config-schema.ts'
import type { Problem } from '../../config/sources/problem.ts'
import { messageOf } from '../../errors.ts'
import type { Log, ProgramLog } from '../../log/log.ts'
import type { Change } from '../../wiring/create-app.ts'

export interface ReloadOptions {
  /** The configuration in force before the first reload. */
  running: Config
  warnings: readonly string[]
  read(): Resolved
  /**
   * Makes another configuration ready, and changes nothing yet.
   *
   * @throws Error with why it cannot be used
   */
  prepare(config: Config, loaded: Pick<Resolved, 'sources'>): Promise<Pick<Change, 'commit'>>
  log: Log & Pick<ProgramLog, 'level'>
}

/**
 * Reads the configuration again whenever it is asked to, and takes all of it or nothing. A request that comes meanwhile
 * makes it read once more afterwards.
 *
 * @returns a function that asks for it, and never rejects
 */
export function createReload(options: ReloadOptions): () => Promise<void> {
  const { log } = options
  let { running, warnings } = options
  let underWay: Promise<void> | undefined
  let isAskedAgain = false

  async function reload(): Promise<void> {
    const loaded = options.read()
    if (loaded.config === undefined) return refuse(loaded.problems.map(formatProblem).join('; '))
    const { config, changed, kept } = planReload(running, loaded.config)
    try {
      const { commit } = await options.prepare(config, loaded)
      commit()
    } catch (error) {
      return refuse(messageOf(error))
    }
    log.level = config.log.level
    for (const warning of loaded.warnings)
      if (!warnings.includes(warning)) log.warn({ code: 'CONFIG_RISKY' }, warning)
    running = config
    warnings = loaded.warnings
    const what = changed.length === 0 ? 'no option has another value' : `changed: ${changed.join(', ')}`
    log.info({ changed }, `configuration read again: ${what}`)
    if (kept.length > 0)
      log.warn(
        { code: 'CONFIG_NEEDS_RESTART', kept },
        `only a restart changes ${kept.join(', ')}: the old values stay`,
      )
  }

  function refuse(why: string): void {
    log.error(
      { code: 'CONFIG_REFUSED' },
      `the new configuration is not taken, and all of the old one stays: ${why}`,
    )
  }

  async function reloadUntilQuiet(): Promise<void> {
    do {
      isAskedAgain = false
      await reload().catch((error: unknown) => refuse(messageOf(error)))
    } while (isAskedAgain)
    underWay = undefined
  }

  return () => {
    isAskedAgain = underWay !== undefined
    underWay ??= reloadUntilQuiet()
    return underWay
  }
}

function formatProblem({ path, env, message }: Problem): string {
  return `${path}${env === '' ? '' : ` (${env})`} ${message}`.trim()
}
