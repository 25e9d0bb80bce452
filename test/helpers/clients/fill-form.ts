import type { HttpAnswer, HttpClient } from './http-client.ts'

/**
 * Fills in the form of a page and sends it, as a browser does: with its hidden fields, to the address that it names.
 *
 * @param page the answer that holds the form, the first of the page
 * @param values fields by name, or the name and value of the button that is pressed
 * @returns the answer, no redirect followed
 */
export function fillForm(
  client: HttpClient,
  page: HttpAnswer,
  values: Readonly<Record<string, string>>,
): Promise<HttpAnswer> {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/i.exec(page.text)?.[0]
  if (form === undefined) throw new Error(`no form in the answer of ${page.url}: ${page.status} ${page.text}`)
  const fields = new URLSearchParams()
  for (const [input] of form.matchAll(/<input\b[^>]*>/gi)) {
    const [name, value] = [attribute(input, 'name'), attribute(input, 'value')]
    if (name !== undefined && value !== undefined && attribute(input, 'type') === 'hidden')
      fields.set(name, value)
  }
  for (const [name, value] of Object.entries(values)) fields.set(name, value)
  const opening = /<form\b[^>]*>/i.exec(form)?.[0] ?? ''
  return client.request(new URL(attribute(opening, 'action') ?? '', page.url).href, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `${fields}`,
  })
}

function attribute(tag: string, name: string): string | undefined {
  const match = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag)
  const entities: Readonly<Record<string, string>> = {
    amp: '&',
    quot: '"',
    lt: '<',
    gt: '>',
    '#39': "'",
    '#x27': "'",
  }
  return match === null
    ? undefined
    : (match[1] ?? match[2] ?? '').replace(/&(#?\w+);/g, (all, entity: string) => entities[entity] ?? all)
}
