import type { DevicePeople } from './oidc-stand-in-types.ts'
import { fitsChallenge, randomText, type TokenGrant } from './token-book.ts'

interface DeviceEntry {
  grant: TokenGrant
  challenge: string | undefined
  state: 'waiting' | 'approved' | 'denied' | 'expired' | 'used'
  expiresAtMs: number
  intervalMs: number
  lastPollMs: number
}

/** Device codes, and what people do about them (RFC 8628). */
export type DeviceCodes = ReturnType<typeof createDeviceCodes>

export function createDeviceCodes() {
  const entries = new Map<string, DeviceEntry>()
  const userCodes = new Map<string, string>()
  let nextErrors: string[] = []
  const set = (state: DeviceEntry['state'], userCode: string | undefined) => {
    const code = userCode === undefined ? [...entries.keys()].at(-1) : userCodes.get(userCode)
    const entry = entries.get(code ?? '')
    if (entry === undefined) throw new Error('no device has asked for this code')
    entry.state = state
  }
  const people: DevicePeople = {
    approve: (userCode) => set('approved', userCode),
    deny: (userCode) => set('denied', userCode),
    expire: (userCode) => set('expired', userCode),
    answerNext: (...errors) => {
      nextErrors = [...errors]
    },
  }
  return {
    people,
    add(
      grant: TokenGrant,
      challenge: string | undefined,
      { codeSeconds, intervalSeconds }: { codeSeconds: number; intervalSeconds: number },
    ): { deviceCode: string; userCode: string } {
      const [deviceCode, userCode] = [`device-${randomText()}`, randomUserCode()]
      userCodes.set(userCode, deviceCode)
      entries.set(deviceCode, {
        ...{ grant, challenge, state: 'waiting', lastPollMs: 0 },
        expiresAtMs: Date.now() + codeSeconds * 1000,
        intervalMs: intervalSeconds * 1000,
      })
      return { deviceCode, userCode }
    },
    /** @returns the grant, once, or the error of RFC 8628 section 3.5 */
    poll(form: URLSearchParams, clientId: string): { grant: TokenGrant } | { error: string } {
      const entry = entries.get(form.get('device_code') ?? '')
      if (entry === undefined || entry.grant.clientId !== clientId || entry.state === 'used')
        return { error: 'invalid_grant' }
      const isTooSoon = Date.now() - entry.lastPollMs < entry.intervalMs
      entry.lastPollMs = Date.now()
      const told = nextErrors.shift()
      if (told !== undefined) {
        if (told === 'slow_down') entry.intervalMs += 5000
        return { error: told }
      }
      if (entry.state === 'denied') return { error: 'access_denied' }
      if (entry.state === 'expired' || Date.now() > entry.expiresAtMs) return { error: 'expired_token' }
      if (isTooSoon) {
        entry.intervalMs += 5000
        return { error: 'slow_down' }
      }
      if (entry.state === 'waiting') return { error: 'authorization_pending' }
      if (entry.challenge !== undefined && !fitsChallenge(form.get('code_verifier'), entry.challenge))
        return { error: 'invalid_grant' }
      entry.state = 'used'
      return { grant: entry.grant }
    },
  }
}

function randomUserCode(): string {
  const letters = 'BCDFGHJKLMNPQRSTVWXZ'
  const pick = () => letters[Math.floor(Math.random() * letters.length)]
  return `${pick()}${pick()}${pick()}${pick()}-${pick()}${pick()}${pick()}${pick()}`
}
