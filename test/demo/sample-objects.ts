import { fileURLToPath } from 'node:url'
import type { NewObject } from '../helpers/s3/stand-in/object-store.ts'
import { makeIndexPage } from './index-page.ts'
import { makePicture } from './picture.ts'
import { makeSound } from './sound.ts'

export interface Sample extends NewObject {
  key: string
  /** Description in the list on the page. */
  about: string
}

export const healthcheckKey = 'health.txt'
export const bigSizeBytes = 100 * 1024 * 1024

const film = fileURLToPath(new URL('../fixtures/film.webm', import.meta.url))

/** The objects of the bucket; `index.html` shows the picture, plays sound and film, and links to the rest. */
export function makeSamples(): Sample[] {
  const samples: Sample[] = [
    text('notes/hello.txt', 'a text', 'Hello from a private bucket.\n'),
    {
      key: 'pictures/mandelbrot.png',
      about: 'a picture',
      contentType: 'image/png',
      body: makePicture(960, 540),
    },
    {
      key: 'film/clock.webm',
      about: 'a film of 40 seconds',
      contentType: 'video/webm',
      body: { file: film },
    },
    {
      key: 'sound/melody.wav',
      about: 'five minutes of sound',
      contentType: 'audio/wav',
      body: makeSound(300),
    },
    {
      key: 'data/100-MiB.bin',
      about: '100 MiB',
      contentType: 'application/octet-stream',
      headers: { 'content-disposition': 'attachment' },
      body: { sizeBytes: bigSizeBytes, seed: 1 },
    },
    text('drafts/plan.txt', 'for editors', 'The plan, which only editors may see.\n'),
    text('names/with space.txt', 'a space'),
    text('names/one+one.txt', 'a plus sign'),
    text('names/100%.txt', 'a percent sign'),
    text('names/50%25.txt', 'what looks like an escape'),
    text('names/what?.txt', 'a question mark'),
    text('names/päivää ☃ 日本.txt', 'unicode'),
    text('names//double.txt', 'a double slash'),
    {
      key: 'pages/script.html',
      about: 'a page whose script may not run',
      contentType: 'text/html; charset=utf-8',
      body: scriptPage,
    },
    text(healthcheckKey, 'needs no sign in', 'healthy\n'),
  ]
  const index = { key: 'index.html', about: 'this page', contentType: 'text/html; charset=utf-8' }
  return [{ ...index, body: makeIndexPage(samples) }, ...samples]
}

function text(key: string, about: string, body = `This is the object ${key}\n`): Sample {
  return { key, about, contentType: 'text/plain; charset=utf-8', body }
}

const scriptPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>No script runs here</title>
<style>:root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif } body { max-width: 36rem; margin: 10vh auto; padding: 0 1.5rem }</style>
<h1 id="said">No script ran</h1>
<p>Whoever may write to the bucket must not act in the name of those who read it: pages from the bucket are shown, and their scripts do not run.</p>
<script>document.getElementById('said').textContent = 'A script ran'</script>
</html>
`
