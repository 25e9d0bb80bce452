import { closeSync, openSync } from 'node:fs'

/** SIGHUP, listened for from the start of the process on. A signal is kept until there is something to do. */
export interface Sighup {
  /** Calls `work` for each signal, and at once when one has come already. */
  each(work: () => void): void
}

/**
 * Takes SIGHUP as the wish to read the configuration again.
 *
 * @param isTerminalGone whether the signal says that the terminal was closed: then it ends the process, as it does others
 */
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
