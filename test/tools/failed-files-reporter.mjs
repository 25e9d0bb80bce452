/**
 * Names the file of each test that failed, one on a line, behind `hung` or `failed`. Plain JavaScript, because the
 * runner of Node 20 loads reporters before it can read anything else.
 */
export default async function* failedFiles(source) {
  let hasFailed = false
  for await (const { type, data } of source) {
    if (type !== 'test:fail' || data.file === undefined) continue
    hasFailed = true
    const isHung = data.details.error?.failureType === 'testTimeoutFailure'
    yield `${isHung ? 'hung' : 'failed'} ${data.file}\n`
  }
  // The runner waits for processes that do not hear SIGTERM, and for all that have the output of a file.
  setTimeout(() => process.exit(hasFailed ? 1 : 0), 2000).unref()
}
