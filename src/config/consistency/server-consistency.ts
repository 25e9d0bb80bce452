import { messageOf } from '../../errors.ts'
import type { Values } from '../schema/config-schema.ts'
import { hostsFromVcap } from '../sources/vcap-variables.ts'
import { certificateProblem } from './certificates.ts'
import type { Findings } from './findings.ts'

type ServerValues = NonNullable<Values['server']>

/** Checks ports, hosts and certificate; fills `server.allowedHosts` in from the platform. */
export function checkServer(
  server: ServerValues,
  env: Readonly<Record<string, string | undefined>>,
  findings: Findings,
): void {
  const { sources, report, warn } = findings
  if (server.adminPort !== undefined && server.adminPort !== 0 && server.adminPort === server.port) {
    report({ path: 'server.adminPort', looksAt: ['server.port'], message: 'must not be server.port' })
  }
  if (server.adminPort !== undefined && sources['server.adminHost'] === 'default')
    warn(
      `the admin port listens on every address (${server.adminHost}) and asks for no password: set server.adminHost, also where every address is intended`,
    )
  if (server.allowedHosts === undefined && env.VCAP_APPLICATION) {
    try {
      const hosts = hostsFromVcap(env.VCAP_APPLICATION)
      if (hosts.length > 0) {
        server.allowedHosts = hosts
        sources['server.allowedHosts'] = 'VCAP_APPLICATION'
      }
    } catch (error) {
      report({ path: 'server.allowedHosts', env: 'VCAP_APPLICATION', message: messageOf(error) })
    }
  }
  if (Array.isArray(server.sandboxActiveContent))
    warn(
      `pages below ${server.sandboxActiveContent.join(', ')} run their scripts in the name of their reader (server.sandboxActiveContent): let only trusted people write there`,
    )
  if (server.publicUrl === undefined && server.allowedHosts === undefined)
    warn('any host name is served: set server.publicUrl, or server.allowedHosts')
  checkTls(server, findings)
}

function checkTls({ tlsCertFile, tlsKeyFile, publicUrl }: ServerValues, { report, warn }: Findings): void {
  const [cert, key] = ['server.tlsCertFile', 'server.tlsKeyFile'] as const
  if (tlsCertFile === undefined && tlsKeyFile === undefined) return
  if (tlsCertFile === undefined || tlsKeyFile === undefined) {
    const missing = tlsCertFile === undefined ? cert : key
    report({ path: missing, message: 'is required when the other one is given: both or none' })
    return
  }
  const problem = certificateProblem(tlsCertFile.content, tlsKeyFile.content)
  if (problem !== undefined)
    report({ path: problem.of === 'cert' ? cert : key, looksAt: [cert, key], message: problem.message })
  else if (publicUrl?.isSecure === false)
    warn('clients speak TLS (server.tlsCertFile), but server.publicUrl is http')
}
