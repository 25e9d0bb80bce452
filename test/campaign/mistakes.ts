/** A mistake that such a program may have, as changes of the built files. */
export interface Mistake {
  name: string
  /** Each `from` stands exactly once in all of the build, in whichever file; white space does not count. */
  changes: { from: string; to: string }[]
  /** Kinds of fault to begin with, so that the mistake is found in less time. */
  showsIn: string[]
  /** Fits the complaint about this mistake, and no other. */
  complaint: RegExp
}

export const mistakes: Mistake[] = [
  {
    name: 'bodies are piped: one that breaks off is ended',
    changes: [
      {
        from: '(error) => this.#healAfter(error, waitedSinceMs));',
        to: '() => null);',
      },
      {
        from: '&& record.bytes !== sizeBytes)',
        to: '&& record.bytes > sizeBytes)',
      },
    ],
    showsIn: ['S3 cuts each body once'],
    complaint: /ends as if it were whole|neither goes on nor ends/,
  },
  {
    name: 'a body is continued without If-Match',
    changes: [
      { from: "lastByte : ''}`, 'if-match': etag,", to: "lastByte : ''}`," },
      {
        from: 'const isRight = found.etag === etag &&',
        to: 'const isRight =',
      },
      { from: 'range.sizeBytes === sizeBytes', to: 'true' },
    ],
    showsIn: ['objects are replaced in the middle'],
    complaint: /no version of it/,
  },
  {
    name: 'a login is not bound to the browser that began it',
    changes: [
      {
        from: 'const browser = sent.find((secret) => login !== undefined && options.pending.isOf(login, secret));',
        to: "const browser = login === undefined ? undefined : (sent[0] ?? 'anybody');",
      },
      {
        from: 'sealedVerifier: seal(codeVerifier, browser, purposes.pkce),',
        to: 'sealedVerifier: codeVerifier,',
      },
      {
        from: 'return unseal(login.sealedVerifier, browser, purposes.pkce);',
        to: 'return login.sealedVerifier;',
      },
    ],
    showsIn: ['S3 is odd, and right'],
    complaint: /a login that another browser began/,
  },
  {
    name: 'keys are made with new URL',
    changes: [
      {
        from: 'const encoded = path.slice(1);',
        to: "const encoded = new URL(path, 'http://host').pathname.slice(1);",
      },
    ],
    showsIn: ['S3 is odd, and right'],
    complaint: /no version of it|status (?:200|404)|which nobody asked for/,
  },
  {
    name: 'rules are matched on the path as it was sent',
    changes: [
      {
        from: "'read', target.path, ",
        to: "'read', request.path.slice(1), ",
      },
    ],
    showsIn: ['S3 is odd, and right'],
    complaint: /somebody saw what a rule denies|which nobody may see/,
  },
  {
    name: 'a refresh that fails signs people out',
    changes: [
      {
        from: "options.onRenewal?.('failed'); throw error;",
        to: "options.onRenewal?.('failed'); return undefined;",
      },
    ],
    showsIn: ['refreshes fail'],
    complaint: /^refreshes .*status (?:302|401)/,
  },
  {
    name: 'each instance renews tokens by itself',
    changes: [
      {
        from: 'return (await store.lease(key, owner, leaseMs)) ? () => store.release(key, owner) : undefined;',
        to: 'return () => store.release(key, owner);',
      },
    ],
    showsIn: ['refreshes are slow'],
    complaint: /^(?:tokens end|refreshes are slow): status (?:302|401)/,
  },
  {
    name: 'logout tokens for other clients are taken',
    changes: [
      {
        from: '{ audience: clientId, requiredClaims, maxAgeSeconds }',
        to: "{ audience: JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString()).aud, requiredClaims, maxAgeSeconds }",
      },
    ],
    showsIn: ['an OpenID provider signs people out'],
    complaint:
      /^an OpenID provider signs people out: (?:status (?:302|401)|a wrong logout token .*another-client)/,
  },
  {
    name: 'logout tokens end nothing',
    changes: [
      {
        from: 'const ended = await sessions.endByLogin({ issuer: issuer.name, subject, sid });',
        to: 'const ended = 0;',
      },
    ],
    showsIn: ['an OpenID provider signs people out'],
    complaint: /a session that the SSO has ended is still good/,
  },
  {
    name: 'commands to Redis wait for its return',
    changes: [
      {
        from: 'enableOfflineQueue: false, retryStrategy',
        to: 'enableOfflineQueue: true, retryStrategy',
      },
      {
        from: 'maxRetriesPerRequest: 0,',
        to: 'maxRetriesPerRequest: null,',
      },
      {
        from: 'return await withinTime(work);',
        to: 'return await work;',
      },
    ],
    showsIn: ['Redis is down'],
    complaint: /no answer within/,
  },
  {
    name: 'the place of a download is never given back',
    changes: [{ from: 'turn.record.place?.release();', to: '' }],
    showsIn: ['connections to S3 are reset again and again'],
    complaint: /status 429/,
  },
]
