import { closeSync, openSync } from 'node:fs'

/** SIGHUP, from the start of the process on: one that comes before there is anything to do is kept. */
export interface Sighup {
  /** Calls `work` for each one, and at once when one has come already. */
  each(work: () => void): void
}

/** @param isTerminalGone a terminal that is closed sends SIGHUP too, which then does what it does to others */
export function listenForSighup(isTerminalGone = hasLostTerminal): Sighup {
  let isPending = false
  let onSighup = () => {
    isPending = true
  }
  process.on('SIGHUP', listen)
  function listen(): void {
    if (isTerminalGone()) {
      process.removeListener('SIGHUP', listen)
      process.kill(process.pid, 'SIGHUP')
    } else onSighup()
  }
  return {
    each(work) {
      onSighup = work
      if (isPending) work()
    },
  }
}

function hasLostTerminal(): boolean {
  if (process.stdout.isTTY !== true) return false
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return false
  } catch {
    return true
  }
}
