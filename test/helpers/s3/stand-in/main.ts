import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type ObjectSpec, readFolder, toNewObject } from './object-spec.ts'
import type { S3StandInOptions } from './stand-in-types.ts'
import { startS3StandIn } from './start-s3-stand-in.ts'

// The stand-in as a process of its own, for the demo and the benchmarks:
//   main.ts [--port N] [--bucket NAME] [--region R] [--dir DIR] [--spec FILE]
// --dir serves every file below a folder; --spec a JSON file {"options": {...}, "objects": [{"key": ...}]}, where
// each object has one of "text", "base64", "file" or "sizeBytes" with "seed". Prints one JSON line when it listens.

interface Spec {
  options?: Omit<S3StandInOptions, 'clock'>
  objects?: ObjectSpec[]
}

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    bucket: { type: 'string' },
    region: { type: 'string' },
    dir: { type: 'string' },
    spec: { type: 'string' },
  },
})
const spec = (values.spec === undefined ? {} : JSON.parse(readFileSync(values.spec, 'utf8'))) as Spec
const s3 = await startS3StandIn({
  maxRecordedRequests: 0,
  ...spec.options,
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.bucket === undefined ? {} : { bucket: values.bucket }),
  ...(values.region === undefined ? {} : { region: values.region }),
})
for (const object of spec.objects ?? []) s3.put(object.key, toNewObject(object))
for (const object of values.dir === undefined ? [] : readFolder(values.dir)) {
  s3.put(object.key, toNewObject(object))
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void s3.close())
const { port, origin, endpoint, bucket, region, accessKeyId, secretAccessKey } = s3
console.log(JSON.stringify({ port, origin, endpoint, bucket, region, accessKeyId, secretAccessKey }))
