import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { RealS3Command } from './real-s3.ts'

/** versitygw over files; metadata in a folder of its own, as not every temporary file system has extended attributes. */
export const versitygwCommand: RealS3Command = async (settings) => {
  const { address, folder, region, virtualDomain, accessKeyId, secretAccessKey } = settings
  const [data, sidecar, versions] = [join(folder, 'data'), join(folder, 'sidecar'), join(folder, 'versions')]
  await mkdir(data, { recursive: true })
  await mkdir(sidecar, { recursive: true })
  await mkdir(versions, { recursive: true })
  const own = ['--port', address, '--region', region, '--keep-alive', '--quiet']
  return {
    args: [
      ...own,
      '--virtual-domain',
      virtualDomain,
      'posix',
      '--sidecar',
      sidecar,
      '--versioning-dir',
      versions,
      data,
    ],
    env: { ROOT_ACCESS_KEY: accessKeyId, ROOT_SECRET_KEY: secretAccessKey },
  }
}
