import { type BenchObject, objects } from './objects.ts'

/** One kind of work that every peer is measured with. */
export interface Work {
  name: string
  title: string
  object: BenchObject
  connections: number
  /** Requests in one measurement. */
  requests: number
  isConditional: boolean
  isSecure: boolean
  /** Unit of the CPU time: µs for each request, or s for the whole work. */
  unit: 'µs' | 's'
  /** The latency in the report: the 99th percentile, the longest, or none. */
  latency: 'p99' | 'longest' | 'none'
}

const base = { isConditional: false, isSecure: false, unit: 'µs', latency: 'p99' } as const

export const works: Work[] = [
  { ...base, name: 'small', title: '1 KiB', object: objects.small, connections: 16, requests: 16_000 },
  { ...base, name: 'medium', title: '100 KiB', object: objects.medium, connections: 16, requests: 5000 },
  {
    ...base,
    name: 'not-modified',
    title: '304',
    object: objects.small,
    connections: 16,
    requests: 16_000,
    isConditional: true,
  },
  {
    ...base,
    name: 'large',
    title: '1 GiB',
    object: objects.gibibyte,
    connections: 1,
    requests: 1,
    unit: 's',
    latency: 'none',
  },
  {
    ...base,
    name: 'large-https',
    title: '1 GiB, https origin',
    object: objects.gibibyte,
    connections: 1,
    requests: 1,
    isSecure: true,
    unit: 's',
    latency: 'none',
  },
  {
    ...base,
    name: 'crowd',
    title: '1,000 downloads of 4 MiB at once',
    object: objects.film,
    connections: 1000,
    requests: 1000,
    unit: 's',
    latency: 'longest',
  },
]
