import type { RealS3Command } from './real-s3.ts'

/** MinIO with one drive; its console takes a port that nobody uses, and it asks nobody whether it is up to date. */
export const minioCommand: RealS3Command = async (settings) => {
  const { address, folder, region, virtualDomain, accessKeyId, secretAccessKey } = settings
  return {
    args: ['server', '--quiet', '--address', address, '--console-address', '127.0.0.1:0', `${folder}/data`],
    env: {
      HOME: folder,
      MINIO_ROOT_USER: accessKeyId,
      MINIO_ROOT_PASSWORD: secretAccessKey,
      MINIO_REGION: region,
      MINIO_DOMAIN: virtualDomain,
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
  }
}
