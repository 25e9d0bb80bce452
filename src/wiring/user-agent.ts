/** What we call ourselves to S3 and to the SSO: firewalls in front of them refuse requests without a name. */
export function userAgentOf(version: string): string {
  return `s3proxy/${version}`
}
