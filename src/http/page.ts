import { createHash } from 'node:crypto'

const style = `
:root { color-scheme: light dark; font: 1.1rem/1.6 system-ui, sans-serif }
body { margin: 0 auto; max-width: 36rem; padding: 15vh 1.5rem 2rem }
h1 { font-size: 1.7rem; line-height: 1.25 }
a, button { font: inherit }
button { padding: .5rem 1.2rem; cursor: pointer }
footer { margin-top: 3rem; font-size: .85rem; opacity: .75; overflow-wrap: anywhere }
`

const styleHash = createHash('sha256').update(style).digest('base64')

/** For every page of ours: nothing is loaded, nothing runs, nobody frames it. */
export const pageHeaders = [
  'content-type',
  'text/html; charset=utf-8',
  'content-security-policy',
  `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
] as const

/**
 * A short page that needs nothing but itself.
 *
 * @param title text, escaped here
 * @param body HTML, whose texts the caller has escaped
 */
export function renderPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`
}

/** Text as it may stand between tags and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
