import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { messageOf } from '../errors.ts'
import { type Finding, ProbeFailure } from './probe.ts'

export interface Peer {
  hostname: string
  port: number
  isSecure: boolean
}

export function peerOf(url: string): Peer {
  const { hostname, port, protocol } = new URL(url)
  const isSecure = protocol === 'https:' || protocol === 'rediss:'
  return {
    hostname: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (isSecure ? 443 : 80),
    isSecure,
  }
}

/** A certificate that ends within this time is worth advice. */
const renewalNoticeMs = 14 * 86_400_000

/**
 * Looks up the name of a peer, connects to it, and does the TLS handshake where it speaks TLS.
 *
 * @param option the option that the advice names when one of the three fails
 * @param unreachable more advice where the peer cannot be found or connected to
 * @throws ProbeFailure that says which of the three failed
 */
export async function reach(
  { hostname, port, isSecure }: Peer,
  option: string,
  signal: AbortSignal,
  unreachable?: string,
): Promise<Finding> {
  const more = unreachable === undefined ? '' : `; ${unreachable}`
  const address = await resolve(hostname, `check the host in ${option}, and DNS${more}`)
  const where = hostname === address ? `${address}:${port}` : `${hostname} (${address}):${port}`
  if (!isSecure) {
    const socket = connect({ host: address, port, signal })
    await waitUntilConnected(
      socket,
      'connect',
      `cannot connect to ${where}`,
      `check the port in ${option}, and the firewall${more}`,
    )
    socket.destroy()
    return { message: `connected to ${where}, without TLS` }
  }
  const socket = connectTls({
    host: address,
    port,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
  })
  signal.addEventListener('abort', () => socket.destroy())
  await waitUntilConnected(
    socket,
    'secureConnect',
    `no TLS connection to ${where}`,
    `check ${option}; a certificate of a private authority needs NODE_EXTRA_CA_CERTS`,
  )
  const finding = describeTls(socket, where)
  socket.destroy()
  return finding
}

async function resolve(hostname: string, advice: string): Promise<string> {
  try {
    return (await lookup(hostname)).address
  } catch (error) {
    throw new ProbeFailure(`cannot look up ${hostname}: ${messageOf(error)}`, advice)
  }
}

function waitUntilConnected(
  socket: ReturnType<typeof connect>,
  event: 'connect' | 'secureConnect',
  what: string,
  advice: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve())
    socket.on('error', (error) => reject(new ProbeFailure(`${what}: ${error.message}`, advice)))
  })
}

function describeTls(socket: TLSSocket, where: string): Finding {
  const { valid_to: validTo = '' } = socket.getPeerCertificate()
  const isOverSoon = Date.parse(validTo) - Date.now() < renewalNoticeMs
  return {
    message: `connected to ${where} with ${socket.getProtocol()}; its certificate is valid until ${validTo}`,
    ...(isOverSoon ? { advice: 'the certificate ends within two weeks: have it renewed' } : {}),
  }
}
