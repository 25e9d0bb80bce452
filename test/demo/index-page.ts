import { escapeHtml } from '../../src/http/page.ts'

const style = `
:root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif }
body { max-width: 46rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { line-height: 1.25; margin-bottom: .5rem }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem }
img, video, audio { display: block; width: 100%; border-radius: .5rem }
img, video { height: auto; aspect-ratio: 16 / 9; object-fit: cover }
ul { padding: 0; list-style: none }
li { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between; padding: .45rem 0; border-top: 1px solid #8884 }
small { opacity: .75 }
a { overflow-wrap: anywhere }
`

/** Makes a page for the bucket that shows the other objects. */
export function makeIndexPage(samples: readonly { key: string; about: string }[]): string {
  const items = samples.map(
    ({ key, about }) =>
      `<li><a href="/${keyInUrl(key)}">${escapeHtml(key)}</a> <small>${escapeHtml(about)}</small></li>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A page in a private bucket</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>A page in a private bucket</h1>
<p>You see it because you signed in. Picture, film and sound come from the same bucket, through the same proxy.</p>
<img src="/pictures/mandelbrot.png" width="960" height="540" alt="A corner of the Mandelbrot set">
<h2>Film: drag the slider, and only the part that you want is read</h2>
<video src="/film/clock.webm" controls preload="metadata" width="320" height="180"></video>
<h2>Sound</h2>
<audio src="/sound/melody.wav" controls preload="metadata"></audio>
<h2>Everything in the bucket</h2>
<ul>
${items.join('\n')}
<li><a href="/no/such/object">no/such/object</a> <small>is not there</small></li>
</ul>
<p><a href="/__s3proxy/logout">Sign out</a></p>
</body>
</html>
`
}

/** Spells a key for a URL: everything but `/` and characters that need no escape is percent-encoded. */
export function keyInUrl(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/')
}
