import { type Answer, type AnswerContext, errorAnswer, textAnswer } from './answer.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { s3Error } from './s3-error.ts'

/** The misbehaviours that can be told by the head alone, and those that answer something else altogether. */
export function alterAnswer(honest: Answer, wrong: Misbehaviour, context: AnswerContext): Answer {
  const answer = replaceAnswer(honest, wrong, context)
  const headers = answer.headers.flatMap(([name, value]): [string, string][] => {
    if (name === 'etag') return alterEtag(value, wrong)
    if (name === 'content-range' && wrong.wrongContentRange) return [[name, shiftContentRange(value)]]
    if (name === 'content-length' && wrong.chunkedBody) return [['transfer-encoding', 'chunked']]
    if (name === 'content-length' && wrong.contentLength !== undefined) {
      return [[name, String(Number(value) + wrong.contentLength)]]
    }
    return [[name, value]]
  })
  if (wrong.hugeHead) {
    for (let i = 0; i < 32; i++) headers.push([`x-amz-meta-huge-${i}`, 'x'.repeat(4096)])
  }
  const replaced = Object.entries(wrong.extraHeaders ?? {})
  const names = replaced.map(([name]) => name.toLowerCase())
  return { ...answer, headers: [...headers.filter(([name]) => !names.includes(name)), ...replaced] }
}

function replaceAnswer(honest: Answer, wrong: Misbehaviour, context: AnswerContext): Answer {
  if (wrong.htmlError !== undefined) {
    const page = `<html><head><title>${wrong.htmlError}</title></head><body><h1>${wrong.htmlError}</h1></body></html>\r\n`
    return textAnswer(wrong.htmlError, 'text/html', page, context)
  }
  if (wrong.redirect !== undefined) {
    const location = wrong.location ?? 'http://bucket.invalid/'
    const code = wrong.redirect === 301 ? 'PermanentRedirect' : 'TemporaryRedirect'
    const answer = errorAnswer(s3Error(code, { details: { Endpoint: location } }), context)
    answer.headers.push(['location', location])
    return answer
  }
  if (wrong.error !== undefined) {
    return errorAnswer(s3Error(wrong.code ?? 'InternalError', { status: wrong.error }), context)
  }
  return honest
}

function alterEtag(etag: string, wrong: Misbehaviour): [string, string][] {
  if (wrong.noEtag) return []
  if (wrong.wrongEtag) return [['etag', '"00000000000000000000000000000bad"']]
  return [['etag', wrong.weakEtag ? `W/${etag}` : etag]]
}

function shiftContentRange(value: string): string {
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(value) ?? []
  return `bytes ${Number(start) + 1}-${Number(end) + 1}/${size}`
}
