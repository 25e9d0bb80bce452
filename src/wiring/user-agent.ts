/** The `user-agent` of requests to S3 and to the SSO: firewalls in front of them refuse requests without one. */
export function userAgentOf(version: string): string {
  return `s3proxy/${version}`
}
