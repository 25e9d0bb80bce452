import type { OidcCall } from './oidc-stand-in-types.ts'

/** Counts calls, wakes those who wait for a number of them, and holds calls back. */
export function createCallCounter() {
  const zero = (): Record<OidcCall, number> => ({
    ...{ discovery: 0, keys: 0, authorize: 0, token: 0, refresh: 0, devicePoll: 0, userinfo: 0 },
    ...{ introspection: 0, revocation: 0, deviceAuthorization: 0, endSession: 0 },
  })
  const calls = zero()
  const ordinals = zero()
  const waiting = new Set<() => void>()
  const held = new Map<OidcCall, Promise<void>>()
  return {
    calls,
    count(call: OidcCall): void {
      calls[call]++
      ordinals[call]++
      for (const look of waiting) look()
    },
    /** The number of the call since the last script. */
    ordinalOf: (call: OidcCall) => ordinals[call],
    restartOrdinals: () => void Object.assign(ordinals, zero()),
    reach: (call: OidcCall, count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (calls[call] < count) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    held: (call: OidcCall) => held.get(call),
    hold(call: OidcCall): () => void {
      let release = () => {}
      held.set(
        call,
        new Promise((resolve) => {
          release = resolve
        }),
      )
      return () => {
        held.delete(call)
        release()
      }
    },
  }
}
