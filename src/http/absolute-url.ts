/** Whether an address names its host, rather than being found below another address. */
export function isAbsoluteUrl(address: string): boolean {
  return /^https?:\/\//i.test(address)
}
