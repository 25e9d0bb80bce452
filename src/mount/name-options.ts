import { optionsOfProcess } from './options-of-process.ts'

const others = Object.keys(optionsOfProcess).join('|')
/**
 * An option of `s3` that each mount has, and the variables behind it. One behind the words `in the whole process` is that
 * of the process.
 */
const mention = new RegExp(
  String.raw`(?<![\w./-]|in the whole process \()s3\.(?!${others})([a-z][A-Za-z]*)(?![\w.-]*\.\w)(?: \([A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*\))?`,
  'g',
)

/**
 * Makes a message for operators name the options of a mount in place of those of `s3`.
 *
 * @param mount `undefined`: the configuration has no mounts
 */
export function nameOptionsOf(mount: string | undefined, message: string): string {
  return mount === undefined ? message : message.replace(mention, `mounts.${mount}.$1`)
}
