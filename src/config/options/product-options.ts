import { configSchema } from '../schema/config-schema.ts'
import { createOptions, type Options } from './options.ts'

/** The options of s3proxy. Functions that read options take them as a value, so that tests can give another schema. */
export const productOptions: Options = createOptions(configSchema)
