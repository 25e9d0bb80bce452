import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name: string) => fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url))
const [certFile, keyFile] = [path('localhost.crt'), path('localhost.key')]

/** The paths of the certificate of `localhost` and 127.0.0.1, which is its own authority, and of its key. */
export const localhostFiles = { certFile, keyFile }

/** The same as texts in PEM. */
export const localhostTls = { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
