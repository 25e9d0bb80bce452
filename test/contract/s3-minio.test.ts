import { minioCommand } from '../helpers/s3/minio.ts'
import { minioDeviations } from './minio-deviations.ts'
import { describeRealServer } from './real-server.ts'

describeRealServer('minio', minioCommand, minioDeviations)
