const sources = `
The configuration comes from these sources, the strongest first: the flags above, the environment, .env in the
working directory, the JSON file, the defaults. s3proxy.json(5) lists every option with its environment names. Any
secret can come from a file: its environment name followed by _FILE names that file.
`

/** The texts below the list of flags in the help of each command. */
export const helpTexts = {
  program: `
Exit status: 0 success; 1 failure; 2 usage or configuration; 3 (check-config) a probe failed;
4 (fetch --verify) delivered, but not verified; 4 (check-config --explain) denied;
22 (fetch) S3 does not serve the object.
Each command has its own help, such as: s3proxy help fetch. See also s3proxy(1) and s3proxy.json(5).
`,
  serve: `${sources}
Required: AWS_S3_REGION, AWS_S3_ENDPOINT (URL of the bucket), SSO_URL, SSO_CLIENT_ID, SSO_CLIENT_SECRET. Usually also:
AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role; REDIS_URL or VCAP_SERVICES; S3PROXY_SERVER_PUBLIC_URL.

SIGTERM and SIGINT stop it: requests under way may finish within server.drainTimeoutMs.
SIGHUP makes it read the files of the configuration and of secrets again. It takes all of the new values, or none.
Exit status: 0 stopped by a signal; 1 it cannot listen on the port; 2 usage or configuration.
`,
  'check-config': `${sources}
Without --probe it does not use the network.
Exit status: 0 the configuration is complete and valid; 2 it is not, and stderr lists every problem (with --json,
stdout does), or usage; 3 a probe failed, and stderr names it; 4 with --explain, the person may not have it.

Examples:
  s3proxy check-config --config /etc/s3proxy.json --probe
  s3proxy check-config --config /etc/s3proxy.json --explain 'GET /reports/2026.pdf' --as jo.json
  s3proxy check-config --config /etc/s3proxy.json --explain 'LIST https://films.example.com/new/' --as jo.json
`,
  fetch: `${sources}
Required for a key: AWS_S3_REGION, AWS_S3_ENDPOINT (URL of the bucket), and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
a profile or a role. Redis and the SSO are not needed.

A URL is that of an object at a proxy that takes tokens. No configuration is needed. The first time, it prints where to
sign in. The token is kept in a file that only you can read, below $XDG_STATE_HOME/s3proxy or ~/.local/state/s3proxy.
S3PROXY_TOKEN gives a token where nobody can sign in; it is not kept.

A download that ends too early leaves two files: FILE.part, and FILE.part.json, which names the object and its
version. --continue fetches the rest of that version. With --verify and no checksum to compare with, the object is
delivered all the same, and the exit status is 4.

Exit status: 0 delivered, or not modified (--if-none-match), or the reader of stdout closed it early; 22 S3 or the proxy
does not serve it (403, 404, 412, 416); 4 delivered but not verified (--verify, and there is no checksum, or the reader
closed early); 2 usage or configuration; 1 everything else, with one line that says what to do.
Ctrl-C and SIGTERM end it as that signal does (130 and 143 in a shell).

Examples:
  s3proxy fetch reports/2026.csv | head
  s3proxy fetch films/long.mp4 --output long.mp4 --continue --verify
  s3proxy fetch films/long.mp4 --range 0-99 | xxd
  s3proxy fetch https://assets.example.com/films/long.mp4 --output long.mp4 --continue
  s3proxy fetch https://assets.example.com/ --sign-out
  s3proxy fetch -- -a-key-that-starts-with-a-dash
`,
  completion: `
Exit status: 0 printed; 2 usage. It completes the names of options in s3proxy.json(5). It does not complete secrets,
because other users of the machine can see a command line.

  bash: put this into ~/.bashrc                     source <(s3proxy completion bash)
  zsh:  put this into ~/.zshrc, below compinit      source <(s3proxy completion zsh)
  fish: run once    s3proxy completion fish > ~/.config/fish/completions/s3proxy.fish
`,
} as const
