import { choice, flag, textLike } from './option-types.ts'
import { section } from './section.ts'
import { secret } from './text-shapes.ts'

/** Lines of the log, and how they name people. */
export const log = section({
  level: choice('level of the least severe lines that are logged', [
    'trace',
    'debug',
    'info',
    'warn',
    'error',
    'fatal',
    'silent',
  ]).default('info'),
  audit: flag('write one line for each delivered object: the person, the bytes, the outcome').default(false),
  identity: choice('way in which lines name the person: as the SSO does, or by a keyed hash of that name', [
    'plain',
    'hashed',
  ]).default('plain'),
  identityHashKey: textLike(
    'key of that hash, at least 16 characters',
    secret.min(16, 'expected at least 16 characters'),
    { isSecret: true },
  ).optional(),
})
