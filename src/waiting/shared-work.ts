/** Does one piece of work for all callers that come with its name while it is under way. */
export type SharedWork<T> = (name: string, begin: () => Promise<T>) => Promise<T>

export function createSharedWork<T>(): SharedWork<T> {
  const underWay = new Map<string, Promise<T>>()
  return (name, begin) => {
    let work = underWay.get(name)
    if (work === undefined) {
      work = begin().finally(() => underWay.delete(name))
      underWay.set(name, work)
    }
    return work
  }
}
