interface StoredCookie {
  host: string
  path: string
  name: string
  value: string
}

/**
 * Cookies as a browser keeps them: by host, whatever the port, and path. `Secure` is not looked at, because
 * tests speak to the proxy as the router does that ends TLS before it.
 *
 * @see RFC 6265 section 5
 */
export class CookieJar {
  #cookies: StoredCookie[] = []

  store(host: string, target: string, setCookies: readonly string[]): void {
    for (const line of setCookies) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
      const equals = pair.indexOf('=')
      const attribute = (name: string) =>
        attributes.find((text) => text.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1)
      const cookie = {
        host,
        path: attribute('path') ?? defaultPath(target),
        name: pair.slice(0, equals),
        value: pair.slice(equals + 1),
      }
      this.#cookies = this.#cookies.filter(
        (other) => other.host !== host || other.path !== cookie.path || other.name !== cookie.name,
      )
      const isOver =
        Number(attribute('max-age') ?? 1) <= 0 || Date.parse(attribute('expires') ?? '') < Date.now()
      if (!isOver) this.#cookies.push(cookie)
    }
  }

  /** The value of the `cookie` header of a request; empty when there is nothing to send. */
  header(host: string, target: string): string {
    const path = target.split('?')[0] ?? '/'
    return this.#cookies
      .filter((cookie) => cookie.host === host && isBelow(path, cookie.path))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ')
  }

  get(name: string): string | undefined {
    return this.#cookies.find((cookie) => cookie.name === name)?.value
  }

  delete(name: string): void {
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name)
  }

  clear(): void {
    this.#cookies = []
  }
}

function isBelow(path: string, cookiePath: string): boolean {
  return path === cookiePath || path.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
}

function defaultPath(target: string): string {
  const path = target.split('?')[0] ?? '/'
  return path.slice(0, path.lastIndexOf('/')) || '/'
}
