/** @returns the number that a URL of Redis names, by its path or by `db`; `NaN` where both do and differ */
export function databaseOf({ pathname, searchParams }: URL): number | undefined {
  const named = [pathname.slice(1), ...searchParams.getAll('db')].filter((text) => text !== '').map(Number)
  if (new Set(named).size > 1) return Number.NaN
  return named[0]
}

/** The family of addresses that the URL asks for: 4 or 6, or 0 for both. */
export function familyOf({ searchParams }: URL): number | undefined {
  const family = searchParams.get('family')
  return family === null ? undefined : Number(family)
}
