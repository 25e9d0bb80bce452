import { type FaultKind, noFault } from './faults/fault-kind.ts'
import type { Note } from './visitor.ts'
import type { Incident, Watch } from './windows.ts'

export interface Report extends Watch {
  readonly requests: number
  readonly wrongs: readonly string[]
  windows: number
  text(): string
}

type Counts = Record<Note['outcome'], number>

const shownWrongs = 40

/** Counts what was seen. @param onWrong told at once of each thing that must not be */
export function createReport(onWrong: (text: string) => void): Report {
  const counts = new Map<string, Counts & { windows: number; recoveryMs: number }>()
  const wrongs: string[] = []
  const startedAt = performance.now()
  let requests = 0
  /** The fault whose window ended last. */
  let last = 'the start'
  const nameOf = ({ name }: FaultKind) => (name === noFault.name ? `${name} after ${last}` : name)
  const of = ({ name }: FaultKind) => {
    let found = counts.get(name)
    if (found === undefined) {
      found = {
        windows: 0,
        recoveryMs: 0,
        right: 0,
        honest: 0,
        cut: 0,
        broken: 0,
        left: 0,
        excused: 0,
        wrong: 0,
      }
      counts.set(name, found)
    }
    return found
  }
  const wrongIds = new Set<unknown>()
  const complain = (text: string) => {
    wrongs.push(text)
    if (wrongs.length <= shownWrongs) onWrong(text)
  }
  return {
    wrongs,
    windows: 0,
    get requests() {
      return requests
    },
    note({ fault, question, answer, outcome, why }: Note) {
      requests++
      of(fault)[outcome]++
      if (outcome !== 'wrong') return
      wrongIds.add(answer.headers.get('x-request-id'))
      const { method, target } = question
      const headers = Object.entries(question.headers)
        .filter(([name]) => name !== 'cookie')
        .map(([name, value]) => `${name}: ${value.slice(0, 60)}`)
      complain(
        `${nameOf(fault)}: ${why}; ${method} ${target} {${headers.join(', ')}} -> ${answer.status}, ${answer.bodyBytes} bytes, ${answer.ending}, ${Math.round(answer.totalMs)} ms, id ${answer.headers.get('x-request-id')}`,
      )
    },
    incident({ fault, what }: Incident) {
      complain(`${nameOf(fault)}: ${what}`)
    },
    logged(line) {
      if (wrongIds.has(line.requestId)) onWrong(`  in the log: ${JSON.stringify(line)}`)
    },
    recovered(fault, afterMs) {
      this.windows++
      last = fault.name
      const known = of(fault)
      known.windows++
      known.recoveryMs = Math.max(known.recoveryMs, afterMs)
    },
    text() {
      const names: (keyof Counts)[] = ['right', 'honest', 'cut', 'broken', 'left', 'excused', 'wrong']
      const lines = [...counts].map(([name, one]) =>
        [
          name.padEnd(46),
          String(one.windows).padStart(7),
          ...names.map((kind) => String(one[kind]).padStart(7)),
          `${Math.round(one.recoveryMs)} ms`.padStart(8),
        ].join(' '),
      )
      const head = [
        'fault'.padEnd(46),
        ...['windows', ...names].map((name) => name.padStart(7)),
        'back in'.padStart(8),
      ].join(' ')
      const kinds = [...counts.keys()].filter((name) => name !== noFault.name).length
      const minutes = (performance.now() - startedAt) / 60_000
      return `${head}\n${lines.join('\n')}\n\n${requests} requests in ${this.windows} windows of ${kinds} kinds of fault, ${minutes.toFixed(1)} minutes: ${wrongs.length} wrong\n`
    },
  }
}
