import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { leastEnv } from '../helpers/config/given.ts'
import { run } from '../helpers/proxy/run-program.ts'

describe('s3proxy check-config --explain', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 's3proxy-explain-'))
    const rules = [
      { name: 'press', allow: ['/press/**'], to: { groups: ['press'] } },
      { name: 'drafts', deny: ['/**/drafts/**'], unless: { claims: { '/role': ['editor'] } } },
    ]
    write('s3proxy.json', { access: { rules } })
    write('jo.json', { id: 'jo', groups: ['press'], claims: { name: 'Jo Doe', role: 'author' } })
    write('nobody.json', null)
  })
  after(() => rmSync(folder, { recursive: true }))

  const write = (name: string, content: unknown) => writeFileSync(join(folder, name), JSON.stringify(content))
  const explain = (request: string, ...args: string[]) =>
    run(
      ['check-config', '--config', 's3proxy.json', '--explain', request, ...args],
      { ...leastEnv, AWS_S3_HEALTHCHECK_KEY: 'health' },
      folder,
    )

  it('shows each rule and the decision, and exits 0 where it is allowed', async () => {
    const { status, stdout, stderr } = await explain('GET /press/pl%C3%A4n.pdf?x=y', '--as', 'jo.json')
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(
      stdout.toString(),
      `GET /press/pl%C3%A4n.pdf?x=y (read), as jo (Jo Doe)
rule    kind   path  action  person  effect
press   allow  hit   hit     hit     allows
drafts  deny   miss  hit     hit     none
allowed, by "press"
`,
    )
  })

  it('exits 4 where it is denied, also to somebody who is not signed in', async () => {
    const denied = await explain('HEAD /press%2Fdrafts/a', '--as', 'jo.json')
    assert.equal(denied.status, 4)
    assert.match(denied.stdout.toString(), /^drafts +deny +hit +hit +hit +denies\ndenied, by "drafts"$/m)
    const none = await explain('GET /other', '--as', 'jo.json')
    assert.deepEqual(
      [none.status, none.stdout.toString().split('\n').at(-2)],
      [4, 'denied: no rule allows it'],
    )
    for (const args of [[], ['--as', 'nobody.json']]) {
      const { status, stdout } = await explain('GET /press/a', ...args)
      assert.equal(status, 4)
      assert.match(
        stdout.toString(),
        /as somebody who is not signed in\n[\s\S]*^denied: nobody is signed in/m,
      )
    }
  })

  it('prints one object for machines', async () => {
    const { status, stdout } = await explain('GET /press/drafts/a', '--as', 'jo.json', '--json')
    assert.equal(status, 4)
    const { ok, decision, rules, person } = JSON.parse(stdout.toString())
    assert.deepEqual([ok, decision], [false, { kind: 'denied', ground: 'deny', rule: 'drafts' }])
    assert.deepEqual(rules[1], {
      name: 'drafts',
      kind: 'deny',
      mount: 'hit',
      path: 'hit',
      action: 'hit',
      person: 'hit',
      effect: 'denies',
    })
    assert.equal(person.name, 'Jo Doe')
  })

  it('explains the other actions with a folder, and what is below it', async () => {
    for (const [request, status, ...lines] of [
      ['LIST /press/', 0, 'allowed, by "press"', 'below it: some things may be allowed'],
      ['ZIP /press/drafts/', 4, 'denied, by "drafts"', 'below it: nothing is allowed'],
      ['LIST /', 4, 'denied: no rule allows it', 'below it: some things may be allowed'],
    ] as const) {
      const answer = await explain(request, '--as', 'jo.json')
      assert.deepEqual([answer.status, answer.stdout.toString().split('\n').slice(-3, -1)], [status, lines])
    }
    const { stdout } = await explain('ZIP /press/drafts/', '--as', 'jo.json', '--json')
    const { action, below } = JSON.parse(stdout.toString())
    assert.deepEqual([action, below], ['zip', 'none'])
  })

  describe('with mounts', () => {
    const byHost = {
      site: { path: '/site/' },
      films: { path: '/', host: 'films.example.com' },
    }
    const rules = [
      { name: 'everything', allow: ['/**'], to: { everyone: true } },
      { name: 'no raw films', mount: 'films', deny: ['/**/*.raw'] },
    ]
    before(() => write('mounts.json', { access: { rules }, mounts: byHost }))
    const explainMounted = async (request: string, env: Record<string, string> = {}, ...args: string[]) => {
      const given = ['check-config', '--config', 'mounts.json', '--explain', request, '--as', 'jo.json']
      const { status, stdout, stderr } = await run([...given, ...args], { ...leastEnv, ...env }, folder)
      return { status, stderr, text: stdout.toString() }
    }
    const publicUrl = { S3PROXY_SERVER_PUBLIC_URL: 'https://assets.example.com' }

    it('shows the mount that the request is routed to, and which rules are about it', async () => {
      const { status, text } = await explainMounted('GET https://Films.example.com/a.raw?x', publicUrl)
      assert.equal(status, 4)
      assert.equal(
        text,
        `GET https://Films.example.com/a.raw?x (read) at films.example.com, in the mount films, as jo (Jo Doe)
rule          kind   mount  path  action  person  effect
everything    allow  hit    hit   hit     hit     allows
no raw films  deny   hit    hit   hit     hit     denies
denied, by "no raw films"
`,
      )
    })

    it('asks at server.publicUrl for a path alone, and else at a host that no mount has', async () => {
      const { status, text } = await explainMounted('GET /site/a.raw', publicUrl)
      assert.deepEqual(
        [status, text.split('\n')[0]],
        [0, 'GET /site/a.raw (read) at assets.example.com, in the mount site, as jo (Jo Doe)'],
      )
      assert.match(text, /^no raw films +deny +miss +hit +hit +hit +none$/m)
      const { text: anywhere } = await explainMounted('GET /site/a.raw')
      assert.match(anywhere, /^GET \/site\/a\.raw \(read\) at a host that no mount has, in the mount site,/)
      const { text: json } = await explainMounted('HEAD https://films.example.com', publicUrl, '--json')
      const { mount, host, action, note } = JSON.parse(json)
      assert.deepEqual(
        [mount, host, action, note],
        ['films', 'films.example.com', 'read', 'no object is there: whoever is allowed gets 404'],
      )
    })

    it('says where no mount is, and which hosts are not served', async () => {
      const { status, text } = await explainMounted('GET /other/a', publicUrl)
      assert.equal(status, 0)
      assert.match(text, /, in no mount, as jo/)
      assert.match(text, /\nallowed, by "everything"\nno mount is there: whoever is allowed gets 404\n$/)
      const { text: json } = await explainMounted('GET /other/a', publicUrl, '--json')
      assert.equal(JSON.parse(json).mount, null)
      const unknown = await explainMounted('GET https://other.example.com/site/a', publicUrl)
      assert.deepEqual([unknown.status, unknown.text], [2, ''])
      assert.match(unknown.stderr, /other\.example\.com is answered 421/)
    })
  })

  it('knows the health-check object, which no rule looks at', async () => {
    const { status, stdout } = await explain('GET /health')
    assert.deepEqual([status, stdout.toString().startsWith('allowed: the health-check object')], [0, true])
  })

  it('exits 2 and says what it expected of the request and of the person', async () => {
    write('odd.json', { id: 'jo', group: ['press'] })
    write('wrong.json', { groups: 'press' })
    writeFileSync(join(folder, 'broken.json'), '{')
    for (const [message, request, ...args] of [
      [/expected --explain with a method and a path/, 'POST /a'],
      [/expected --explain with a method and a path/, '/a'],
      [/expected --explain with a method and a path/, 'GET https://user@films.example.com/a'],
      [/expected LIST with the path of a folder, which ends in \//, 'LIST /a'],
      [/is answered 404: no object has so long a name/, `GET /${'a'.repeat(1025)}`],
      [/is answered 400/, 'GET /a/%2e%2e/b'],
      [/is a page of s3proxy/, 'GET /__s3proxy/me'],
      [/odd\.json has "group": expected id, name, email/, 'GET /a', '--as', 'odd.json'],
      [/expected groups in wrong\.json to be a list of texts/, 'GET /a', '--as', 'wrong.json'],
      [/expected broken\.json to be JSON/, 'GET /a', '--as', 'broken.json'],
      [/cannot read the person from none\.json: ENOENT/, 'GET /a', '--as', 'none.json'],
      [/cannot be used with option '--probe'/, 'GET /a', '--probe'],
    ] as const) {
      const { status, stdout, stderr } = await explain(request, ...args)
      assert.deepEqual([status, stdout.toString()], [2, ''], request)
      assert.match(stderr, message)
    }
    const { status, stderr } = await run(['check-config', '--as', 'jo.json'], leastEnv, folder)
    assert.equal(status, 2)
    assert.match(stderr, /--as goes with --explain/)
  })

  it('lists the problems of a configuration that is wrong', async () => {
    const { status, stderr } = await run(['check-config', '--explain', 'GET /a'], {}, folder)
    assert.equal(status, 2)
    assert.match(stderr, /problems in the configuration/)
  })
})
