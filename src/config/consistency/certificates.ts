import { createPrivateKey, X509Certificate } from 'node:crypto'

/** Says what is wrong with a certificate and its key; `undefined` when clients can be served with them. */
export function certificateProblem(
  cert: string,
  key: string,
): { of: 'cert' | 'key'; message: string } | undefined {
  const certificate = readCertificate(cert)
  if (certificate === undefined) return { of: 'cert', message: notCertificate }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return undefined
    return { of: 'key', message: 'is not the key of the first certificate in server.tlsCertFile' }
  } catch {
    // The message of OpenSSL may hold some of the text.
    return { of: 'key', message: 'expected a private key in PEM, without a passphrase' }
  }
}

export const notCertificate = 'expected a certificate in PEM'

/** Reads the first certificate of a text; `undefined` when there is none. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return pem.includes('-----BEGIN CERTIFICATE-----') ? new X509Certificate(pem) : undefined
  } catch {
    return undefined
  }
}
