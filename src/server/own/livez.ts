import { ownPathPrefix } from '../../http/own-paths.ts'
import { oneWord } from './one-word.ts'
import { type HostlessPage, readingMethods } from './own-page.ts'

/** The page that shows that the process answers. */
export const livezPage: HostlessPage = {
  kind: 'livez',
  path: `${ownPathPrefix}livez`,
  methods: readingMethods,
  needsHost: false,
  answer: () => oneWord(200, 'ok'),
}
