/** Tells whether an argument of `fetch` names an object at a proxy. A key that begins in this way cannot be fetched by it. */
export function isObjectUrl(text: string): boolean {
  return /^https?:\/\//i.test(text)
}
