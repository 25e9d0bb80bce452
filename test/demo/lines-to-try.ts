export interface LineToTry {
  about?: string
  line: string
}

/** Shell lines that can be pasted in this order into a shell in the clone. */
export function curlLines(origin: string, scratch: string): LineToTry[] {
  const jar = '-b $jar -c $jar'
  return [
    { about: 'The health check needs no session', line: `curl -i ${origin}/health.txt` },
    {
      about: 'A script without a session is told so',
      line: `curl -i -H 'accept: application/json' ${origin}/notes/hello.txt`,
    },
    { about: 'Sign in: find the form...', line: `jar=${scratch}/cookies` },
    {
      line: `form=$(curl -sLo /dev/null -w '%{url_effective}' ${jar} ${origin}/notes/hello.txt)`,
    },
    {
      about: '... fill it in, and come back with the text',
      line: `curl -sL ${jar} -d login=curl -d password=any "$form"`,
    },
    { about: 'A range', line: `curl -i -b $jar -r 0-4 ${origin}/notes/hello.txt` },
    {
      about: '100 MiB',
      line: `curl -b $jar -o /dev/null -w '%{http_code}, %{size_download} bytes, %{time_total} s\\n' ${origin}/data/100-MiB.bin`,
    },
  ]
}

/** Lines about who may see what; they follow those of `curlLines`. */
export function accessLines(origin: string, scratch: string): LineToTry[] {
  const jar = '-b $ada -c $ada'
  return [
    {
      about: 'Only editors may see this: a page says who is signed in, and that they may not',
      line: `curl -i -b $jar -H 'accept: text/html' ${origin}/drafts/plan.txt`,
    },
    { about: 'Ada is an editor: sign in as her', line: `ada=${scratch}/cookies-of-ada` },
    { line: `form=$(curl -sLo /dev/null -w '%{url_effective}' ${jar} ${origin}/drafts/plan.txt)` },
    { line: `curl -sL ${jar} -d login=ada -d password=any "$form"` },
    {
      about: 'What each rule makes of it',
      line: `node bin/s3proxy.js check-config --config ${scratch}/s3proxy.json --explain 'GET /drafts/plan.txt' --as ${scratch}/ada.json`,
    },
  ]
}

export function fetchLines(s3Env: Record<string, string>, scratch: string): LineToTry[] {
  const settings = Object.entries(s3Env).map(([name, value]) => `${name}='${value}'`)
  const fetch = 'node bin/s3proxy.js fetch'
  return [
    { about: 'Where the bucket is', line: `export ${settings.join(' ')}` },
    { about: 'The text', line: `${fetch} notes/hello.txt` },
    { about: 'A range of it', line: `${fetch} --range 0-4 notes/hello.txt` },
    { about: 'Only the head', line: `${fetch} --head pictures/mandelbrot.png` },
    { about: 'A key is a key: nothing is escaped', line: `${fetch} 'names/päivää ☃ 日本.txt'` },
    { about: '100 MiB into a file', line: `${fetch} --output ${scratch}/100-MiB.bin data/100-MiB.bin` },
  ]
}
