import { optionsOfProcess } from '../../mount/options-of-process.ts'
import { namedSections } from './named-sections.ts'
import { flagOrList, textLike } from './option-types.ts'
import { s3 } from './s3.ts'
import { expectedPrefixes, pathPrefix } from './server.ts'
import { shaped } from './text-shapes.ts'

const expectedPath =
  'expected a path that begins and ends with /, such as /reports/, without segments . and ..'
const mountPath = shaped(/^\/(?:[^\0]*\/)?$/, expectedPath).refine(
  (path) => path.isWellFormed() && !/[/\\]\.\.?[/\\]/.test(path),
  expectedPath,
)

const expectedHost = 'expected the name of a host, without a port'
const hostName = shaped(/^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])$/, expectedHost)
  .refine((name) => URL.canParse(`https://${name}/`), expectedHost)
  .overwrite((name) => name.toLowerCase())

/** One bucket or key prefix at one path each. */
export const mounts = namedSections(
  'one bucket or key prefix at one path',
  {
    path: textLike(
      'decoded path that the objects are found below; the key of an object is what stands behind it',
      mountPath,
    ),
    host: textLike(
      'host that the mount is at, which is then served beside those of server.publicUrl or server.allowedHosts; default: every host',
      hostName,
    ).optional(),
    sandboxActiveContent: flagOrList(
      'as server.sandboxActiveContent, which is the default; path prefixes begin at the host',
      pathPrefix,
      expectedPrefixes,
    ).optional(),
    ...s3.omit(optionsOfProcess).shape,
  },
  {
    inherits: ['s3'],
    // The name of a bucket, its store and its key prefix belong together, and so do the parts of an access key.
    notInheritedWith: {
      endpoint: ['bucket', 'endpointUrl'],
      addressingStyle: ['endpoint', 'endpointUrl'],
      bucket: ['endpoint', 'endpointUrl'],
      endpointUrl: ['endpoint'],
      keyPrefix: ['endpoint', 'endpointUrl', 'bucket'],
      accessKeyId: ['secretAccessKey', 'sessionToken'],
      secretAccessKey: ['accessKeyId', 'sessionToken'],
      sessionToken: ['accessKeyId', 'secretAccessKey'],
    },
  },
)
