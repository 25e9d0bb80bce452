/** The most names that are shown. */
const maxNames = 20

/** Shows the first names, and how many more there are. @param none the text where there is no name */
export function firstNames(names: readonly string[], none: string): string {
  if (names.length === 0) return none
  const more = names.length > maxNames ? ` and ${names.length - maxNames} more` : ''
  return `${names.slice(0, maxNames).join(', ')}${more}`
}
