import { logoutPath } from '../../http/own-paths.ts'
import { escapeHtml } from '../../http/page.ts'
import { type Person, shownId } from '../../person/person.ts'
import { printable } from '../../person/printable.ts'

/** Everything that is known of a person, as the HTML of a page. The SSO chose these texts, so all of them are escaped. */
export function personText(person: Person): string {
  const { name, groups, claims } = person
  return `<dl>
<dt>Name</dt>${described([name ?? 'unknown'])}
<dt>E-mail</dt>${described([emailText(person)])}
<dt>Groups</dt>${described(groups === 'unknown' ? ['unknown'] : groups.length === 0 ? ['none'] : groups.map(printable))}
<dt>Id</dt>${described([shownId(person)])}
</dl>
<p><a href="${logoutPath}" rel="noreferrer">Sign out</a></p>
<h2>What the sign in service says</h2>
${claims === undefined ? '<p>Not kept with this session.</p>' : `<pre>${escapeHtml(printableLines(JSON.stringify(claims, undefined, 2)))}</pre>`}`
}

function described(texts: readonly string[]): string {
  return texts.map((text) => `<dd><bdi>${escapeHtml(text)}</bdi></dd>`).join('')
}

function emailText({ email, emailVerified }: Person): string {
  if (email === undefined) return 'unknown'
  return `${email} (${emailVerified === true ? 'verified' : 'not verified'})`
}

/** Makes characters visible that would change the direction or the place of others. Line breaks stay. */
function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}
