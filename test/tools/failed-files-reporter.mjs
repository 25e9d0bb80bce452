/**
 * Names the file of each test that failed, one on a line. Plain JavaScript, because the runner of Node 20 loads
 * reporters before it can read anything else.
 */
export default async function* failedFiles(source) {
  for await (const { type, data } of source) {
    if (type === 'test:fail' && data.file !== undefined) yield `${data.file}\n`
  }
}
