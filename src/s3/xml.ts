/** An element of an XML document, without its attributes. */
export interface XmlElement {
  name: string
  /** Text of the element; empty where it has elements inside. */
  text: string
  children: XmlElement[]
}

const prolog = /^\uFEFF?(?:<\?xml [^<>]*\?>)?\s*/
const tag = /<(\/?)([A-Za-z_][\w.:-]*)(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>/y
const blank = /^[ \t\r\n]*$/
const maxDepth = 16
/** The most elements of a document: a list of 1000 entries has some 10,000. */
const maxElements = 50_000

/**
 * Parses XML as S3 writes it: elements, text and references. Attributes are ignored. Everything else in XML (a document
 * type, comments, CDATA, entities) is refused.
 *
 * @returns the outermost element; `undefined` where the text is no such XML, or is incomplete
 * @see docs/decisions/018-lists.md
 */
export function parseXml(xml: string): XmlElement | undefined {
  const top: XmlElement = { name: '', text: '', children: [] }
  const open = [top]
  let elements = 0
  let at = prolog.exec(xml)?.[0].length ?? 0
  while (at < xml.length) {
    const parent = open.at(-1) as XmlElement
    tag.lastIndex = at
    const [all, slash, name = '', isEmpty] = tag.exec(xml) ?? []
    if (all === undefined) return undefined
    at += all.length
    if (slash === '') {
      const element = { name, text: '', children: [] }
      parent.children.push(element)
      if (isEmpty === '') open.push(element)
      if (++elements > maxElements || open.length > maxDepth) return undefined
    } else if (open.length === 1 || parent.name !== name || isEmpty !== '') return undefined
    else open.pop()
    const next = xml.indexOf('<', at)
    const text = xml.slice(at, next === -1 ? xml.length : next)
    at += text.length
    const isLeaf = slash === '' && isEmpty === '' && xml.startsWith('</', at)
    if (!isLeaf) {
      if (!blank.test(text)) return undefined
      continue
    }
    const decoded = decodeReferences(text)
    if (decoded === undefined) return undefined
    ;(open.at(-1) as XmlElement).text = decoded
  }
  const [root, ...others] = top.children
  return open.length === 1 && others.length === 0 ? root : undefined
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeReferences(text: string): string | undefined {
  if (!text.includes('&')) return text
  let isRight = !/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\dA-Fa-f]{1,6});)/.test(text)
  const decoded = text.replace(/&(#x?)?(\w+);/g, (_, kind: string | undefined, value: string) => {
    if (kind === undefined) return named[value] ?? ''
    const codePoint = Number.parseInt(value, kind === '#x' ? 16 : 10)
    const isCharacter = codePoint <= 0x10ffff && (codePoint < 0xd800 || codePoint > 0xdfff)
    isRight &&= isCharacter
    return isCharacter ? String.fromCodePoint(codePoint) : ''
  })
  return isRight ? decoded : undefined
}
