/** The names in an object whose values are all `true`, as some SSOs write a list. @returns `undefined` for any other object */
export function trueNamesIn(object: object): readonly string[] | undefined {
  return Object.values(object).every((value) => value === true) ? Object.keys(object) : undefined
}
