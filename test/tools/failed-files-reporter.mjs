/**
 * Lists the files of failed tests, one on a line, each after `hung` or `failed`. It is plain JavaScript, because the
 * runner of Node 20 loads reporters before it can read TypeScript.
 */
export default async function* failedFiles(source) {
  let hasFailed = false
  for await (const { type, data } of source) {
    if (type !== 'test:fail' || data.file === undefined) continue
    hasFailed = true
    const isHung = data.details.error?.failureType === 'testTimeoutFailure'
    yield `${isHung ? 'hung' : 'failed'} ${data.file}\n`
  }
  // The runner would wait for processes that ignore SIGTERM, and for all that hold the output of a test file.
  setTimeout(() => process.exit(hasFailed ? 1 : 0), 2000).unref()
}
