import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { isAbsoluteUrl } from '../http/absolute-url.ts'
import { exitStatus } from './command/exit-status.ts'
import type { CheckConfigFlags, FetchFlags, ServeFlags } from './command/flags.ts'
import { helpTexts } from './command/help-texts.ts'
import { formatVersion, readVersion } from './command/version.ts'
import type { Shell } from './completion/completion.ts'

/** Describes the command line. The code of a command is loaded only when it runs. */
export function createProgram(setStatus: (status: number) => void): Command {
  const program = new Command('s3proxy')
    .description('Puts the objects of a private S3 bucket behind single sign-on and streams them.')
    .version(formatVersion(readVersion()), '-V, --version', 'print the version and the commit')
    .showSuggestionAfterError()
    .showHelpAfterError('(s3proxy --help shows what there is)')
    .exitOverride()
    .addHelpText('after', helpTexts.program)

  program
    .command('serve')
    .description('start the proxy: SSO login, session, S3 object')
    .addOption(configOption())
    .addOption(setOption())
    .option('--port <port>', 'the same as --set server.port=<port>')
    .addHelpText('after', helpTexts.serve)
    .action(async (options: ServeFlags) => {
      const { serve } = await import('./serve/serve.ts')
      setStatus(await serve(options))
    })

  program
    .command('check-config')
    .description('validate the configuration and show what is in force, secrets masked')
    .addOption(configOption())
    .addOption(setOption())
    .option('--probe', 'try S3, Redis and the SSO for real')
    .addOption(
      new Option(
        '--explain <request>',
        'explain who gets what: "GET /a/b", or LIST, ZIP or a whole URL, shows what each rule makes of it',
      ).conflicts('probe'),
    )
    .option(
      '--as <file>',
      'JSON of the person for --explain or --probe, as /__s3proxy/me shows it; - is stdin',
    )
    .option('--json', 'print one JSON object, for machines')
    .addHelpText('after', helpTexts['check-config'])
    .action(async (options: CheckConfigFlags) => {
      const { checkConfig } = await import('./check-config.ts')
      setStatus(await checkConfig(options))
    })

  program
    .command('fetch')
    .description('stream one object to stdout or a file: from S3 by its key, or from a proxy by its URL')
    .argument(
      '<key|url>',
      'the key itself, not percent-encoded, below the prefix of s3.endpoint; or an https URL',
    )
    .addOption(configOption())
    .addOption(setOption())
    .option('-m, --mount <name>', 'with a key: the mount that it is in, where the configuration has several')
    .option('-o, --output <file>', 'write to a file, which appears when it is complete; - is stdout')
    .option('-C, --continue', 'go on from FILE.part, which an earlier fetch --output left')
    .option('--verify', "compare with S3's checksum of the full object, or the ETag when it is an MD5")
    .option('-r, --range <bytes>', 'only these bytes: 0-99, 100-, -5', checkRange)
    .option('-I, --head', 'only ask for the head, and print it')
    .option('--if-none-match <etag>', 'only when the object is not this version', checkEtag)
    .option('-q, --quiet', 'no progress and no notes on stderr')
    .option('-v, --verbose', 'print the head of the answer, and each attempt that failed, on stderr')
    .option(
      '--client-id <id>',
      'with a URL: sign in as this public client (default: the one that the proxy names)',
    )
    .option(
      '--scope <scope>',
      'with a URL: ask the SSO for this scope (default: the one that the proxy names)',
    )
    .option('--sign-out', 'with a URL: fetch nothing; revoke and forget the token for the proxy')
    .addHelpText('after', helpTexts.fetch)
    .action(async (text: string, options: FetchFlags) => {
      // A key that begins like a URL cannot be fetched by itself.
      if (isAbsoluteUrl(text)) {
        const { fetchThrough } = await import('./fetch/through/fetch-through.ts')
        setStatus(await fetchThrough(text, options))
      } else {
        const { fetchObject } = await import('./fetch/fetch.ts')
        setStatus(await fetchObject(text, options))
      }
    })

  program
    .command('completion')
    .description('print what makes a shell complete commands, flags and option names')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', helpTexts.completion)
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion/completion.ts')
      process.stdout.write(completionScript(program, shell))
    })

  return program
}

/** The exit status of an error that commander throws where it would end the process; `undefined` for any other error. */
export function statusOfProgram(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined
  return error.exitCode === 0 ? exitStatus.ok : exitStatus.usage
}

function configOption(): Option {
  return new Option('-c, --config <file>', 'JSON file with options (default: $S3PROXY_CONFIG)')
}

function setOption(): Option {
  return new Option('--set <option=value>', 'set one option, such as log.level=debug; may be repeated')
    .default(new Map<string, string>(), 'none')
    .argParser((text: string, before: Map<string, string>) => {
      const equals = text.indexOf('=')
      if (equals < 1)
        throw new InvalidArgumentError('expected an option and a value, such as log.level=debug')
      return new Map(before).set(text.slice(0, equals), text.slice(equals + 1))
    })
}

function checkRange(text: string): string {
  const match = /^(?:(\d{1,15})-(\d{0,15})|-\d{1,15})$/.exec(text)
  if (match === null) throw new InvalidArgumentError('expected bytes such as 0-99, 100- or -5')
  const [, first, last] = match
  if (first !== undefined && last && Number(last) < Number(first))
    throw new InvalidArgumentError('it ends before it begins')
  return text
}

/** Adds the quotes that the shell removed. */
function checkEtag(text: string): string {
  if (text === '*' || /^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(text)) return text
  if (/^[\x21\x23-\x7e]+$/.test(text)) return `"${text}"`
  throw new InvalidArgumentError('expected an ETag such as "d41d8cd98f00b204e9800998ecf8427e"')
}
