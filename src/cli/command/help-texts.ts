const sources = `
The configuration comes from, strongest first: the options above, the environment, .env in the working
directory, the JSON file, the defaults. s3proxy.json(5) has every option with its environment names; any secret
can come from a file, by its environment name with _FILE behind it.
`

/** The texts below the list of flags in the help of each command. */
export const helpTexts = {
  program: `
Exit status: 0 success; 1 failure; 2 usage or configuration; 3 (check-config) a probe failed;
4 (fetch --verify) delivered, and not verified; 22 (fetch) S3 does not serve the object.
Every command has a help of its own: s3proxy help fetch. More: s3proxy(1), s3proxy.json(5).
`,
  serve: `${sources}
At least: AWS_S3_REGION, AWS_S3_ENDPOINT (URL of the bucket), SSO_URL, SSO_CLIENT_ID, SSO_CLIENT_SECRET; then
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role; REDIS_URL or VCAP_SERVICES; S3PROXY_SERVER_PUBLIC_URL.

SIGTERM and SIGINT: requests under way finish, at most for server.drainTimeoutMs.
SIGHUP: the files of the configuration and of secrets are read again, and all of it is taken, or nothing.
Exit status: 0 stopped by a signal; 1 the port cannot be had; 2 usage or configuration.
`,
  'check-config': `${sources}
Without --probe, nothing is asked of the network.
Exit status: 0 the configuration is complete and valid; 2 it is not, and every problem was listed on stderr (with
--json on stdout), or usage; 3 a probe failed, and stderr names which.

Example: s3proxy check-config --config /etc/s3proxy.json --probe
`,
  fetch: `${sources}
At least: AWS_S3_REGION, AWS_S3_ENDPOINT (URL of the bucket), and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a
profile or a role. Neither Redis nor SSO is needed.

A download that ends too early leaves FILE.part, and FILE.part.json that says which version of which object it is
a part of; --continue asks for the rest of that version. With --verify and nothing to compare with, the object is
delivered all the same, and the exit status is 4.

Exit status: 0 delivered, or not modified (--if-none-match), or the reader of stdout had enough; 22 S3 does not
serve it (403, 404, 412, 416); 4 delivered but not verified (--verify, and S3 has nothing to compare with, or the
reader had enough); 2 usage or configuration; 1 everything else, with one line that says what to do.
Ctrl-C and SIGTERM end it as that signal does (130 and 143 in a shell).

Examples:
  s3proxy fetch reports/2026.csv | head
  s3proxy fetch films/long.mp4 --output long.mp4 --continue --verify
  s3proxy fetch films/long.mp4 --range 0-99 | xxd
  s3proxy fetch -- -a-key-that-starts-with-a-dash
`,
  completion: `
Exit status: 0 printed; 2 usage. Names of options are those of s3proxy.json(5); secrets are not offered, as a
command line is no place for them.

  bash: put this into ~/.bashrc                     source <(s3proxy completion bash)
  zsh:  put this into ~/.zshrc, below compinit      source <(s3proxy completion zsh)
  fish: run once    s3proxy completion fish > ~/.config/fish/completions/s3proxy.fish
`,
} as const
