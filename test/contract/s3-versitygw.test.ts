import { versitygwCommand } from '../helpers/s3/versitygw.ts'
import { describeRealServer } from './real-server.ts'
import { versitygwDeviations } from './versitygw-deviations.ts'

describeRealServer('versitygw', versitygwCommand, versitygwDeviations)
