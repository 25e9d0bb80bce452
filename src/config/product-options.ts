import { createOptions, type Options } from './options.ts'
import { configSchema } from './schema.ts'

/** The options of s3proxy. What reads options takes them as a value, and could read any other schema. */
export const productOptions: Options = createOptions(configSchema)
