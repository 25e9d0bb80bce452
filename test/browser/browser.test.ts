import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { Browser, BrowserContext, Page, Response } from 'playwright-core'
import { startDemoStage } from '../demo/demo-stage.ts'
import { keyInUrl } from '../demo/index-page.ts'
import { bigSizeBytes } from '../demo/sample-objects.ts'
import { fileWith } from '../helpers/config/file-with.ts'
import type { ProxyProcess } from '../helpers/proxy/proxy-process.ts'
import type { OidcSso } from '../helpers/sso/oidc-sso.ts'
import type { Stage } from '../helpers/stage/stage.ts'
import { launchBrowser } from './launch.ts'

let browser: Browser
let stage: Stage<OidcSso>
let proxy: ProxyProcess
/** The origin of s3proxy. It is another site than the SSO, as in production, so cookies are third-party between them. */
let origin: string

describe('s3proxy in a browser', { timeout: 120_000 }, () => {
  before(async () => {
    browser = await launchBrowser()
    stage = await startDemoStage()
    proxy = await stage.serve()
    origin = `http://localhost:${proxy.port}`
    stage.sso.allowRedirect(`${origin}/__redirect_from_sso`)
  })
  after(async () => {
    await browser?.close()
    await stage?.close()
  })

  it('signs in and shows the page with its picture', async (t) => {
    const page = await newPage(t)
    await page.goto(`${origin}/index.html`)
    assert.match(page.url(), new RegExp(`^${stage.sso.url}`))
    await signIn(page, `${origin}/index.html`)
    assert.equal(await page.textContent('h1'), 'A page in a private bucket')
    await until(
      async () => (await page.locator('img').evaluate((picture: Picture) => picture.naturalWidth)) === 960,
    )
  })

  it('goes to the very address that was asked for, whatever its characters', async (t) => {
    const page = await signedIn(t)
    for (const key of ['names/with space.txt', 'names/one+one.txt', 'names/100%.txt', 'names/50%25.txt']) {
      await followLink(page, key)
    }
    for (const key of ['names/what?.txt', 'names//double.txt', 'names/päivää ☃ 日本.txt']) {
      await followLink(page, key)
    }
  })

  it('seeks in sound by asking for the part that is wanted', async (t) => {
    const page = await signedIn(t)
    const parts206: string[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('.wav') && response.status() === 206)
        parts206.push(response.headers()['content-range'] ?? '')
    })
    const sound = page.locator('audio')
    await until(async () => (await sound.evaluate(readPlayer)).duration === 300)
    await sound.evaluate(playFrom, 270)
    await until(async () => (await sound.evaluate(readPlayer)).currentTime > 270)
    // The sound has 32,000 bytes a second. The player may begin a little before the wanted second.
    const starts = parts206.map((range) => Number(/^bytes (\d+)-9600043\/9600044$/.exec(range)?.[1]))
    assert.ok(
      starts.some((start) => start > 265 * 32_000 && start <= 44 + 270 * 32_000),
      `the parts that came: ${parts206}`,
    )
  })

  it('seeks in sound although one download at once is allowed', async (t) => {
    const { port } = await stage.serve({ S3PROXY_LIMITS_STREAMS_PER_PERSON: '1' })
    const site = `http://localhost:${port}`
    stage.sso.allowRedirect(`${site}/__redirect_from_sso`)
    const player = '<title>Player</title><audio src="/sound/melody.wav" controls preload="metadata"></audio>'
    stage.s3.put('pages/player.html', { body: player, contentType: 'text/html' })
    const page = await newPage(t)
    await page.goto(`${site}/pages/player.html`)
    await signIn(page, `${site}/pages/player.html`)
    const statuses: number[] = []
    page.on('response', (response) => {
      if (response.url().endsWith('.wav')) statuses.push(response.status())
    })
    const sound = page.locator('audio')
    await until(async () => (await sound.evaluate(readPlayer)).duration === 300)
    for (const second of [270, 60, 200, 120]) {
      await sound.evaluate(playFrom, second)
      await until(async () => {
        const { currentTime } = await sound.evaluate(readPlayer)
        return currentTime > second && currentTime < second + 20
      })
    }
    assert.ok(statuses.length >= 3, `${statuses}`)
    assert.deepEqual(
      statuses.filter((status) => status !== 206),
      [],
    )
  })

  it('plays a film and jumps in it', async (t) => {
    const page = await signedIn(t)
    const answer = page.waitForResponse(/clock\.webm$/)
    await page.reload()
    assert.equal((await answer).status(), 206)
    const film = page.locator('video')
    await until(async () => (await film.evaluate(readPlayer)).duration > 39)
    await film.evaluate(playFrom, 30)
    await until(async () => (await film.evaluate(readPlayer)).currentTime > 30)
  })

  it('lets no page of the bucket run a script', async (t) => {
    const page = await signedIn(t)
    await page.goto(`${origin}/pages/script.html`)
    assert.equal(await page.textContent('h1'), 'No script ran')
  })

  it('downloads from a link on a page of the bucket', async (t) => {
    const page = await signedIn(t)
    const started = page.waitForEvent('download')
    await page.click('text="data/100-MiB.bin"')
    const download = await started
    assert.equal(download.suggestedFilename(), '100-MiB.bin')
    assert.equal((await stat(await download.path())).size, bigSizeBytes)
  })

  it('shows an error as a page with the request id', async (t) => {
    const page = await signedIn(t)
    const answer = await page.goto(`${origin}/no/such/object`)
    assert.equal(answer?.status(), 404)
    assert.equal(await page.textContent('h1'), 'Not found')
    const id = answer?.headers()['x-request-id'] ?? 'none'
    assert.match((await page.textContent('footer')) ?? '', new RegExp(id))
  })

  it('signs out by a button, after which the SSO is asked again', async (t) => {
    const page = await signedIn(t)
    const complaints = complaintsOf(page)
    await page.goto(`${origin}/__s3proxy/logout`)
    assert.match((await page.textContent('main')) ?? '', /You are signed in as alice/)
    await page.click('button')
    await page.waitForURL(`${origin}/__s3proxy/signed-out`)
    assert.equal(await page.textContent('h1'), 'Signed out')
    assert.deepEqual(complaints, [])
    const { cookies } = await page.context().storageState()
    assert.equal(
      cookies.some(({ name }) => name === 's3proxy_session'),
      false,
    )
    const before = stage.sso.counters.authorize
    await page.goto(`${origin}/notes/hello.txt`)
    assert.equal(stage.sso.counters.authorize, before + 1)
  })

  it('shows who is signed in, on the smallest screen too', async (t) => {
    const page = await signedIn(t)
    const complaints = complaintsOf(page)
    await page.setViewportSize({ width: 320, height: 480 })
    await page.goto(`${origin}/__s3proxy/me`)
    assert.equal(await page.textContent('h1'), 'You are signed in')
    assert.match((await page.textContent('pre')) ?? '', /"sub": "alice"/)
    assert.ok(await page.locator('html').evaluate(fitsIntoItsWindow))
    assert.deepEqual(complaints, [])
    await page.click('text=Sign out')
    await page.waitForURL(`${origin}/__s3proxy/logout`)
  })

  it('tells somebody who may not see a page who they are, whom to ask, and how to be somebody else', async (t) => {
    const rules = [
      { name: 'everyone', allow: ['/**'], to: { everyone: true } },
      { name: 'notes', deny: ['/notes/**'], unless: { claims: { '/sub': ['bob'] } } },
    ]
    const config = { access: { rules }, pages: { contact: 'https://help.example.org/?a=<b>' } }
    const { port } = await stage.serve({ S3PROXY_CONFIG: fileWith(t, JSON.stringify(config)) })
    const site = `http://localhost:${port}`
    stage.sso.allowRedirect(`${site}/__redirect_from_sso`)

    const page = await newPage(t)
    const complaints = complaintsOf(page)
    await page.setViewportSize({ width: 320, height: 480 })
    await page.goto(`${site}/index.html`)
    await signIn(page, `${site}/index.html`)
    const before = stage.s3.requests.length
    const answer = await page.goto(`${site}/notes/hello.txt`)
    assert.equal(answer?.status(), 403)
    assert.equal(await page.textContent('h1'), 'No access')
    const text = (await page.textContent('main')) ?? ''
    assert.match(text, /You are signed in as alice@example\.com, and this account may not see this\./)
    assert.ok(text.includes(answer?.headers()['x-request-id'] ?? 'none'))
    assert.equal(
      await page.getAttribute('a:text("help.example.org")', 'href'),
      'https://help.example.org/?a=<b>',
    )
    assert.ok(await page.locator('html').evaluate(fitsIntoItsWindow))
    assert.ok(stage.s3.requests.slice(before).every(({ key }) => key !== 'notes/hello.txt'))
    await page.click('text=Sign in as somebody else')
    await page.waitForURL(`${site}/__s3proxy/logout`)
    await page.click('button')
    await page.waitForURL(`${site}/__s3proxy/signed-out`)
    assert.deepEqual(
      complaints.filter((complaint) => !complaint.includes('403')),
      [],
    )

    const ofBob = await newPage(t)
    await ofBob.goto(`${site}/notes/hello.txt`)
    await signIn(ofBob, `${site}/notes/hello.txt`, 'bob')
    assert.equal(await ofBob.textContent('body'), 'Hello from a private bucket.\n')
  })

  it('offers a new start to somebody who cancelled', async (t) => {
    const page = await newPage(t)
    await page.goto(`${origin}/notes/hello.txt`)
    const answered = page.waitForResponse((response) => response.url().startsWith(`${origin}/__redirect`))
    await page.click('text=Cancel')
    assert.equal((await answered).status(), 403)
    await page.waitForSelector('h1:text("Sign in was refused")')
    await page.click('text=Start again')
    await signIn(page, `${origin}/notes/hello.txt`)
    assert.equal(await page.textContent('body'), 'Hello from a private bucket.\n')
  })

  it('finishes the logins of two tabs that began at the same time', async (t) => {
    const context = await newContext(t)
    const [one, two] = [await context.newPage(), await context.newPage()]
    const paths = ['/names/one%2Bone.txt?tab=1', '/notes/hello.txt?']
    await Promise.all([one.goto(origin + paths[0]), two.goto(origin + paths[1])])
    await signIn(one, origin + paths[0])
    await signIn(two, origin + paths[1])
    assert.equal(await one.textContent('body'), 'This is the object names/one+one.txt\n')
    assert.equal(await two.textContent('body'), 'Hello from a private bucket.\n')
  })

  it('tells a script that has no session so, and begins no login for it', async (t) => {
    const page = await newPage(t)
    await page.goto(`${origin}/health.txt`)
    const status = await page.evaluate(async () => (await fetch('/notes/hello.txt')).status)
    assert.equal(status, 401)
    assert.deepEqual(await page.context().cookies(), [])
  })
})

/** The part of a page's elements that is used here. With the types of the DOM, every file would have them. */
interface Picture {
  naturalWidth: number
}

interface Player {
  currentTime: number
  duration: number
  muted: boolean
  play(): Promise<void>
}

interface Root {
  scrollWidth: number
  clientWidth: number
}

/** This function and the next run in the page, and cannot use anything of this file. */
const readPlayer = ({ currentTime, duration }: Player) => ({ currentTime, duration })

const playFrom = (player: Player, seconds: number) => {
  player.muted = true
  player.currentTime = seconds
  void player.play()
}

/** Whether nothing makes a page wider than its window. This function runs in the page. */
const fitsIntoItsWindow = ({ scrollWidth, clientWidth }: Root) => scrollWidth <= clientWidth

async function newContext(t: TestContext): Promise<BrowserContext> {
  const context = await browser.newContext()
  t.after(() => context.close())
  context.setDefaultTimeout(20_000)
  return context
}

async function newPage(t: TestContext): Promise<Page> {
  return (await newContext(t)).newPage()
}

async function signedIn(t: TestContext): Promise<Page> {
  const page = await newPage(t)
  await page.goto(`${origin}/index.html`)
  await signIn(page, `${origin}/index.html`)
  return page
}

async function signIn(page: Page, destination: string, name = 'alice'): Promise<void> {
  await page.fill('input[name=login]', name)
  await page.fill('input[name=password]', 'any')
  await page.click('button:text("Sign in")')
  await page.waitForURL((url) => url.href === destination)
}

async function followLink(page: Page, key: string): Promise<void> {
  await page.goto(`${origin}/index.html`)
  const path = `/${keyInUrl(key)}`
  const arrived = page.waitForResponse((response: Response) => response.url() === origin + path)
  await page.click(`a[href="${path}"]`)
  assert.equal((await arrived).status(), 200)
  await page.waitForURL(origin + path)
  assert.equal(await page.textContent('body'), `This is the object ${key}\n`)
}

/** Complaints of the browser, such as a breach of the page's own content security policy. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  // Messages of level 'info' report success, such as the removal of data by `clear-site-data`.
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return complaints
}

/** Polls a condition for 20 seconds at most: pages of the bucket run no script, so they cannot emit an event. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`did not come true: ${holds}`)
}
