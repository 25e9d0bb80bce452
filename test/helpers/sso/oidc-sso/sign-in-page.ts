import { escapeHtml } from '../../../../src/http/page.ts'

const style = `
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; --page: #eef1f5; --card: #fff; --line: #d5d9e0; --accent: #2456c5 }
@media (prefers-color-scheme: dark) { :root { --page: #12151b; --card: #1d2129; --line: #3a414d; --accent: #3f74e8 } }
* { box-sizing: border-box }
body { margin: 0; padding: 12vh 1rem 2rem; background: var(--page) }
main { max-width: 24rem; margin: auto; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25 }
p { margin: 0 0 1.25rem; opacity: .8 }
label { display: block; margin-bottom: 1rem; font-weight: 600 }
input { display: block; width: 100%; margin-top: .25rem; padding: .6rem .7rem; font: inherit; font-weight: 400; border: 1px solid var(--line); border-radius: .4rem; background: transparent; color: inherit }
button { font: inherit; padding: .6rem 1.1rem; border-radius: .4rem; border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer }
button.main { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600 }
:is(input, button):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
.row { display: flex; gap: .75rem; margin-top: 1.5rem }
`

/** Asks for a name and any password; the second button says no. */
export function signInPage(application: string): string {
  return page(
    'Sign in',
    `<p>${escapeHtml(application)} wants to know who you are. Any name and any password will do.</p>
<form method="post">
<label>Name <input name="login" autocomplete="username" required autofocus autocapitalize="none" spellcheck="false"></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<div class="row">
<button class="main" name="answer" value="yes">Sign in</button>
<button name="answer" value="no" formnovalidate>Cancel</button>
</div>
</form>`,
  )
}

export function errorPage(error: string, description = ''): string {
  return page('Sign in failed', `<p>${escapeHtml(error)}: ${escapeHtml(description)}</p>`)
}

/** @param body HTML */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Example SSO</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
}
