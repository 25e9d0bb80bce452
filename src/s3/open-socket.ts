import net from 'node:net'
import tls from 'node:tls'

/** Host and port of S3. */
export interface S3Origin {
  isSecure: boolean
  hostname: string
  port: number
}

/** The event that says that a socket is connected, and for TLS that its peer is who it should be. */
export function connectedEvent({ isSecure }: S3Origin): 'secureConnect' | 'connect' {
  return isSecure ? 'secureConnect' : 'connect'
}

/** Starts to connect to S3. Reads land in memory of the caller, without a stream in between. */
export function openSocket(origin: S3Origin, onread: net.OnReadOpts): net.Socket {
  const { hostname: host, port } = origin
  const target = { host, port, noDelay: true, keepAlive: true, onread }
  if (!origin.isSecure) return net.connect(target)
  return tls.connect({ ...target, ...tlsName(host), ALPNProtocols: ['http/1.1'] })
}

/** RFC 6066 section 3: an address is not a server name. */
function tlsName(hostname: string): { servername?: string } {
  return net.isIP(hostname) === 0 ? { servername: hostname } : {}
}
