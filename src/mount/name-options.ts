/** An option of `s3` that each mount has, and the variables behind it. Other options of `s3` hold for the process. */
const mention =
  /(?<![\w./-])s3\.(?!healthcheckKey|parallelMemoryBytes|parallelPartBytes)([a-z][A-Za-z]*)(?![\w.-]*\.\w)(?: \([A-Z][A-Z0-9_]*(?:, [A-Z][A-Z0-9_]*)*\))?/g

/**
 * Makes a message for operators name the options of a mount in place of those of `s3`.
 *
 * @param mount `undefined`: the configuration has no mounts
 */
export function nameOptionsOf(mount: string | undefined, message: string): string {
  return mount === undefined ? message : message.replace(mention, `mounts.${mount}.$1`)
}
