/**
 * Whether Kubernetes made a variable: a Service named `s3proxy` or `s3proxy-server` puts such names into the
 * environment of every pod beside it.
 *
 * @see https://kubernetes.io/docs/tutorials/services/connect-applications-service/#environment-variables
 */
export function isOfKubernetes(name: string, value: string | undefined): boolean {
  return (
    /_SERVICE_(?:HOST|PORT)(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?$/.test(name) ||
    isLinkedPort(name, value)
  )
}

/** Whether Kubernetes made a variable whose name may be that of an option: `S3PROXY_SERVER_PORT=tcp://10.96.0.12:80`. */
export function isLinkedPort(name: string, value: string | undefined): boolean {
  return name.endsWith('_PORT') && /^(?:tcp|udp|sctp):\/\//i.test(value ?? '')
}
