/** A pattern of paths, segment by segment. */
export interface Pattern {
  /** The pattern as it was written, beginning with `/`. */
  readonly text: string
  readonly segments: readonly Segment[]
}

/**
 * One segment of a pattern.
 *
 * - `literal`: the same segment, character by character
 * - `wildcard`: a segment that consists of these pieces in their order, with anything before, between and after them where an
 *   outer piece is empty
 * - `placeholder`: the segment that is what the SSO says about the person
 * - `rest`: any number of segments, also none
 */
export type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'wildcard'; readonly pieces: readonly string[] }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder }
  | { readonly kind: 'rest' }

/** A fact about a person: `id`, `email`, `name`, or `claim:` with the place of a claim. */
export type Placeholder = 'id' | 'email' | 'name' | `claim:${string}`

/**
 * Parses a pattern. Characters other than `*` and the placeholders are literal, `[`, `!` and other braces among them.
 *
 * @returns a text that says what was expected, where it is no pattern or can never match a path
 */
export function parsePattern(text: string): Pattern | string {
  if (!text.startsWith('/')) return 'expected a path that begins with /'
  if (text.includes('\0') || !text.isWellFormed())
    return 'expected a path without NUL, in well-formed Unicode'
  const segments: Segment[] = []
  for (const segment of splitSegments(text)) {
    const parsed = parseSegment(segment)
    if (typeof parsed === 'string') return parsed
    segments.push(parsed)
  }
  return { text, segments }
}

/** Splits at each `/` outside of a placeholder, because JSON Pointers have slashes. */
function splitSegments(text: string): string[] {
  const segments: string[] = []
  let from = 1
  for (let index = 1; index < text.length; index++) {
    if (index === from && text.startsWith('{claim:', index)) {
      const end = text.indexOf('}', index)
      if (end !== -1) index = end
    }
    if (text[index] !== '/') continue
    segments.push(text.slice(from, index))
    from = index + 1
  }
  segments.push(text.slice(from))
  return segments
}

const placeholderShape = /^\{(id|email|name|claim:([^{}]+))\}$/
const anyPlaceholder = /\{(?:id|email|name|claim:[^}]*)\}/

function parseSegment(text: string): Segment | string {
  if (text === '**') return { kind: 'rest' }
  if (text.includes('**')) return 'expected ** to stand for whole segments, as in /a/**/*.pdf'
  // A path with such a segment is refused before anybody decides about it.
  if (text.split('\\').some((part) => part === '.' || part === '..'))
    return 'expected no segment . or .., which no path has'
  const placeholder = placeholderShape.exec(text)
  if (placeholder !== null) {
    const place = placeholder[2]
    if (place?.startsWith('/') && /~(?![01])/.test(place))
      return 'expected a JSON Pointer in {claim:…}, where ~0 stands for ~ and ~1 for /'
    return { kind: 'placeholder', placeholder: placeholder[1] as Placeholder }
  }
  if (anyPlaceholder.test(text)) return 'expected {id}, {email}, {name} and {claim:…} to be whole segments'
  return text.includes('*') ? { kind: 'wildcard', pieces: text.split('*') } : { kind: 'literal', text }
}
