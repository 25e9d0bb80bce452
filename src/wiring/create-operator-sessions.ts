import type { Log, ProgramLog } from '../log/log.ts'
import type { OperatorSessions } from '../server/admin-sessions.ts'
import type { SessionIndex } from '../session/session-index.ts'

/** Makes what an operator can do with the sessions of people. Ending them leaves a line that no level switches off. */
export function createOperatorSessions(
  index: Pick<SessionIndex, 'countOfPerson' | 'endByPerson'>,
  log: Log | ProgramLog,
  maskIdentity: (id: string) => string = (id) => id,
): OperatorSessions {
  const lines = 'always' in log ? log.always : log
  return {
    count: (person) => index.countOfPerson(person),
    async end(person) {
      const ended = await index.endByPerson(person)
      lines.info({ who: maskIdentity(person), ended }, 'an operator has ended the sessions of a person')
      return ended
    },
  }
}
