import assert from 'node:assert/strict'
import type { HttpClient } from '../helpers/clients/http-client.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'

/** Gives a proxy an admin port. */
export const withAdmin = { S3PROXY_SERVER_ADMIN_PORT: '0', S3PROXY_SERVER_ADMIN_HOST: '127.0.0.1' }

/** The origin of the admin port. */
export async function adminOf(proxy: ProxyProcess): Promise<string> {
  const { port } = await proxy.logged((line) => line.msg === 'admin port listening')
  return `http://127.0.0.1:${port}`
}

/** Reads the metrics. @returns their values by name and labels, as in the text */
export async function scrape(client: HttpClient, admin: string): Promise<Map<string, number>> {
  const { status, headers, text } = await client.request(`${admin}/metrics`)
  assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8'])
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const metrics = new Map<string, number>()
  for (const line of lines) {
    const [, name = '', value = ''] = /^([a-z0-9_]+(?:\{(?:[a-z]+="[^"]*",?)+\})?) (\S+)$/.exec(line) ?? []
    assert.ok(name !== '' && Number.isFinite(Number(value)), line)
    assert.ok(!metrics.has(name), `${name} came twice`)
    metrics.set(name, Number(value))
  }
  return metrics
}
