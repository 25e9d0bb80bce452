import type { SsoFault } from '../../helpers/sso/stand-in/sso-fault.ts'
import type { SsoEndpoint } from '../../helpers/sso/stand-in/sso-stand-in-types.ts'
import { type FaultKind, faultAt } from './fault-kind.ts'
import { onWay, resetsAgainAndAgain } from './on-way.ts'

export const ssoFaults: FaultKind[] = [
  onWay('sso', 'the SSO is far away', (random) => ({ latencyMs: 10 + random.below(80) })),
  onWay('sso', 'the SSO is down', () => ({ refuse: 'down' }), [502]),
  onWay('sso', 'the SSO hears nothing', () => ({ stallAfterBytes: 0, direction: 'to-target' }), [504]),
  resetsAgainAndAgain('sso', 'connections to the SSO are reset again and again', [502]),
  bySso('the SSO has internal errors', ['token', 'me'], { status: 500 }, [502]),
  bySso('the SSO is busy', ['token', 'me'], { status: 503 }, [502]),
  bySso('the SSO answers with a page', ['token', 'me'], { html: 200 }, [502]),
  bySso('the SSO answers half of its JSON', ['token', 'me'], { truncated: true }, [502]),
  bySso('the SSO is cut', ['token', 'me'], { cutBody: true }, [502]),
  bySso('the SSO answers garbage', ['token', 'me'], { raw: 'NONSENSE\r\n\r\n' }, [502]),
  bySso('the SSO drips', ['token', 'me'], { dripEveryMs: 100 }, [502, 504]),
  bySso('the SSO sends 2 MiB', ['token', 'me'], { hugeBytes: 2 << 20 }, [502, 504]),
  bySso('the SSO redirects', ['token', 'me'], { redirect: 'http://127.0.0.1:9/' }, [502]),
  bySso('the SSO is slow', ['token', 'me'], { delayMs: 150 }, []),
  bySso('the SSO refuses the client', ['token'], { status: 401, error: 'invalid_client' }, [401]),
  bySso('the SSO refuses the code', ['token'], { status: 400, error: 'invalid_grant' }, [403]),
  { ...bySso('tokens are revoked', ['me'], { status: 401 }, [302, 401, 403]), endsSessions: true },
]

function bySso(name: string, endpoints: SsoEndpoint[], fault: SsoFault, statuses: number[]): FaultKind {
  return {
    ...faultAt('sso', name, statuses),
    async begin({ sso }) {
      sso.misbehave(Object.fromEntries(endpoints.map((endpoint) => [endpoint, fault])))
      return async () => sso.misbehave()
    },
  }
}
