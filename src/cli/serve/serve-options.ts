import type { OptionSources } from '../../config/name-sources.ts'
import type { Resolved } from '../../config/resolve.ts'
import type { Config } from '../../config/schema/config-schema.ts'
import type { ProgramLog } from '../../log/log.ts'
import type { Sighup } from './listen-for-sighup.ts'
import type { LogOutput } from './log-output.ts'

/** Everything that the process needs which reads the configuration, at its start and at each SIGHUP. */
export interface ServeOptions {
  config: Config
  sources: OptionSources
  read(): Resolved
  warnings: readonly string[]
  sighup: Sighup
  log: ProgramLog
  output: LogOutput
}
