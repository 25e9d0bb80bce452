import { createHash } from 'node:crypto'

const style = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1f2328; --quiet: #59636e; --rule: #d1d9e0; --accent: #0b57d0; --on-accent: #fff;
  font: 1.0625rem/1.6 system-ui, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15181c; --ink: #e6e8eb; --quiet: #a0a8b2; --rule: #3a414a; --accent: #a8c7fa; --on-accent: #0b1d3a;
  }
}
body { margin: 0; background: var(--paper); color: var(--ink) }
main { margin: 0 auto; max-width: 34rem; padding: 18vh 1.5rem 3rem }
h1 { margin: 0 0 1.2rem; font-size: 1.75rem; font-weight: 650; line-height: 1.25; text-wrap: balance }
p { margin: 0 0 .8rem }
a[rel], button {
  display: inline-block; margin-top: .8rem; padding: .55rem 1.3rem; border: 0; border-radius: .4rem;
  background: var(--accent); color: var(--on-accent);
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
}
a[rel]:hover, button:hover { text-decoration: underline }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px }
dt { color: var(--quiet); font-size: .85rem }
dd { margin: 0 0 .8rem; overflow-wrap: anywhere }
h2 { margin: 2rem 0 .8rem; font-size: 1.15rem; font-weight: 650 }
pre {
  margin: 0; padding: .8rem; border: 1px solid var(--rule); border-radius: .4rem;
  font: .85rem/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
footer {
  margin-top: 2.8rem; padding-top: .9rem; border-top: 1px solid var(--rule);
  color: var(--quiet); font-size: .85rem; overflow-wrap: anywhere;
}
@media (forced-colors: active) { a[rel], button { border: 1px solid } }
`

const styleHash = createHash('sha256').update(style).digest('base64')

const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'`

/** Headers of a page: it loads nothing, runs no script, sends forms only here, and no other page may frame it. */
export const pageHeaders = [
  'content-type',
  'text/html; charset=utf-8',
  'content-security-policy',
  `${policy}; form-action 'self'`,
] as const

/**
 * Headers of a page whose form leads on to other sites. Browsers hold every redirect after a form against `form-action`,
 * and nobody knows where those sites lead on to.
 */
export const leavingPageHeaders = [
  'content-type',
  'text/html; charset=utf-8',
  'content-security-policy',
  policy,
] as const

/**
 * Renders a short page without any other file.
 *
 * @param title plain text, which is escaped here
 * @param body HTML; the caller has escaped its texts
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

/** Escapes a text for a place between tags or inside a quoted attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
