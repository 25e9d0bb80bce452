import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../helpers/random.ts'
import type { JwtWish } from '../../helpers/sso/oidc-stand-in/jwt.ts'
import type { OidcScript } from '../../helpers/sso/oidc-stand-in/oidc-stand-in-types.ts'
import type { CampaignStage } from '../campaign-stage.ts'
import { type FaultKind, faultAt } from './fault-kind.ts'
import { onWay } from './on-way.ts'

/** Refreshes and logouts where the SSO is an OpenID provider. Visitors sign out in all of them. */
export const openidFaults: FaultKind[] = [
  { ...byOpenid('tokens of an OpenID provider end', {}, []), tokenSeconds: 2 },
  {
    ...byOpenid('answers of refreshes of an OpenID provider are cut', { refresh: { truncated: true } }, [
      ...[302, 401, 502],
    ]),
    ...{ tokenSeconds: 2, endsSessions: true },
  },
  byOpenid('revocations get no answer', { revocation: { stall: 'before-head' } }, []),
  byOpenid('revocations fail', { revocation: { status: 500 } }, []),
  {
    ...onWay('sso', 'an OpenID provider is down at logouts', () => ({ refuse: 'down' }), [502]),
    isAtOpenid: true,
  },
  backchannel('an OpenID provider signs people out'),
]

function byOpenid(name: string, script: OidcScript, statuses: number[]): FaultKind {
  return {
    ...faultAt('sso', name, statuses),
    isAtOpenid: true,
    async begin({ openid }) {
      openid.misbehave(script)
      return async () => openid.misbehave()
    },
  }
}

/**
 * Logout tokens come while bodies are on their way, right ones and wrong ones. The visitors whose sessions they end may
 * see a cut; nobody else may notice anything.
 */
function backchannel(name: string): FaultKind {
  return {
    ...faultAt('sso', name, []),
    ...{ isAtOpenid: true, revokes: true, leastMs: 4000 },
    async begin(stage, random) {
      // Bodies have to be under way for a while.
      await stage.ways.s3.set({ bytesPerSecond: 800_000 })
      let isOver = false
      const work = keepSending()
      async function keepSending(): Promise<void> {
        while (!isOver) {
          await sleep(30 + random.below(100))
          if (random.chance(0.25)) await endSome(stage, random)
          else await throwWrongToken(stage, random)
        }
      }
      return async () => {
        isOver = true
        await work
        await stage.ways.s3.clear()
      }
    },
  }
}

async function endSome(stage: CampaignStage, random: Random): Promise<void> {
  const { endings, openid, complaints } = stage
  const login = random.pick([...endings.logins])
  if (login === undefined) return
  const sid = random.chance(0.5) ? login.sid : undefined
  const token = openid.mint.logoutToken({ claims: { sub: login.person, sid } })
  const ending = {
    ...{ person: login.person, sid, askedAtMs: performance.now() },
    doneAtMs: undefined as number | undefined,
  }
  endings.add(ending)
  const status = await send(stage, random, token)
  ending.doneAtMs = performance.now()
  if (status !== 200) complaints.push(`a logout token got ${status}`)
  if (!random.chance(0.3)) return
  const again = await send(stage, random, token)
  if (again !== 400) complaints.push(`a logout token that came before got ${again}`)
}

const wrongs: JwtWish[] = [
  { claims: { aud: 'another-client' } },
  { claims: { iss: 'http://127.0.0.1:9' } },
  { claims: { events: undefined } },
  { claims: { events: { 'http://schemas.openid.net/event/another': {} } } },
  { claims: { nonce: 'nonce' } },
  { claims: { jti: undefined } },
  { claims: { iat: 1_700_000_000 } },
  { claims: { exp: 1_700_000_000 } },
  { header: { typ: 'at+jwt' } },
  ...(['none', 'hs256-public-key', 'another-key', 'broken'] as const).map((signing) => ({ signing })),
]

/** Sends a token that names somebody who is signed in, and that must end nothing. */
async function throwWrongToken(stage: CampaignStage, random: Random): Promise<void> {
  const login = random.pick([...stage.endings.logins])
  if (login === undefined) return
  const { claims, ...others } = random.pick(wrongs)
  const token = stage.openid.mint.logoutToken({
    ...others,
    claims: { sub: login.person, sid: login.sid, ...claims },
  })
  const status = await send(stage, random, token)
  if (status !== 400)
    stage.complaints.push(`a wrong logout token (${JSON.stringify({ ...others, ...claims })}) got ${status}`)
}

async function send({ proxies }: CampaignStage, random: Random, token: string): Promise<number> {
  const { origin } = random.pick([...proxies])
  const answer = await fetch(`${origin}/__s3proxy/backchannel-logout`, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
  })
  await answer.arrayBuffer()
  return answer.status
}
