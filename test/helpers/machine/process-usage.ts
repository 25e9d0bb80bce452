import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** Clock ticks a second; Linux always reports 100 to programs. */
const ticksPerSecond = 100

/** User and system time of a process and all its living descendants, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const ticks = familyOf(pid).reduce((sum, member) => {
    const fields = statOf(member)
    return sum + Number(fields[11]) + Number(fields[12])
  }, 0)
  return (ticks * 1e6) / ticksPerSecond
}

/** Resets the peak that `peakMemoryBytes` reads. */
export function resetPeakMemory(pid: number): void {
  for (const member of familyOf(pid)) writeFileSync(`/proc/${member}/clear_refs`, '5')
}

/** The most memory that the processes had resident since `resetPeakMemory`. */
export function peakMemoryBytes(pid: number): number {
  return familyOf(pid).reduce((sum, member) => {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1]
    return sum + Number(peak ?? 0) * 1024
  }, 0)
}

function familyOf(pid: number): number[] {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      parents.set(Number(name), Number(statOf(Number(name))[1]))
    } catch {
      // The process has ended meanwhile.
    }
  }
  const family = [pid]
  for (const member of family)
    for (const [child, parent] of parents) if (parent === member) family.push(child)
  return family
}

/** The fields of `/proc/PID/stat` behind the name, which may hold spaces and brackets. The first one is the state. */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}
