/**
 * Loads oidc-provider without the line that it prints on runtimes older than the ones it supports: it works on
 * the oldest that we do, and the tests run there.
 */
export async function loadProvider(): Promise<typeof import('oidc-provider').Provider> {
  const { warn } = console
  console.warn = (...values: unknown[]) => {
    if (!String(values[0]).includes('Unsupported runtime')) warn(...values)
  }
  try {
    return (await import('oidc-provider')).Provider
  } finally {
    console.warn = warn
  }
}
