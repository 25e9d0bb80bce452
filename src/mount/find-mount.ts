/** The place of a mount: everything below a path, at one host or at every host. */
export interface MountPlace {
  /** In lower case, without a port; `undefined`: every host. */
  readonly host?: string | undefined
  /** Decoded; begins and ends with `/`. */
  readonly path: string
}

/**
 * Finds the mount that a path belongs to.
 *
 * @param host in lower case, with a port where there is one
 * @param path decoded, below the host, without its first `/`
 */
export type FindMount<Mount extends MountPlace> = (host: string, path: string) => Mount | undefined

/**
 * Creates the function that finds mounts. Mounts at the host go before those at every host, and among them the longest
 * path wins.
 */
export function createMountFinder<Mount extends MountPlace>(mounts: readonly Mount[]): FindMount<Mount> {
  const everywhere = longestFirst(mounts.filter(({ host }) => host === undefined))
  const hosts = hostsOf(mounts)
  const [first] = everywhere
  // The usual case costs a request nothing.
  if (hosts.length === 0 && everywhere.length === 1 && first?.prefix === '') return () => first.mount
  const byHost = new Map(
    hosts.map((name) => [name, longestFirst(mounts.filter(({ host }) => host === name))]),
  )
  return (host, path) => {
    const own = hosts.length === 0 ? undefined : byHost.get(withoutPort(host))
    return (own && firstFitting(own, path)) ?? firstFitting(everywhere, path)
  }
}

/** Lists the hosts that mounts are at, each once. */
export function hostsOf(mounts: readonly MountPlace[]): string[] {
  return [...new Set(mounts.flatMap(({ host }) => host ?? []))]
}

/** Takes the port off a host. */
export function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '')
}

interface Candidate<Mount> {
  mount: Mount
  /** The path without its first `/`. */
  prefix: string
}

function longestFirst<Mount extends MountPlace>(mounts: readonly Mount[]): readonly Candidate<Mount>[] {
  return mounts
    .map((mount) => ({ mount, prefix: mount.path.slice(1) }))
    .sort((one, other) => other.prefix.length - one.prefix.length)
}

function firstFitting<Mount>(candidates: readonly Candidate<Mount>[], path: string): Mount | undefined {
  for (const { mount, prefix } of candidates) if (path.startsWith(prefix)) return mount
  return undefined
}
