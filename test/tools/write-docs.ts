import { readFileSync, writeFileSync } from 'node:fs'
import { productOptions } from '../../src/config/options/product-options.ts'
import { manList, markdownTable } from './option-table.ts'
import { optionTexts } from './option-texts.ts'

/** The places of the list of options in documentation, each between two lines that stay. */
export const generatedParts = [
  {
    file: 'README.md',
    begin: '<!-- options: written by `npm run docs` -->\n',
    end: '<!-- /options -->\n',
    text: () => `\n${markdownTable(optionTexts(productOptions))}\n`,
  },
  {
    file: 'man/s3proxy.json.5',
    begin: '.\\" options: written by `npm run docs`\n',
    end: '.\\" end of options\n',
    text: () => manList(optionTexts(productOptions)),
  },
]

/** Writes the list into the text of a file. @returns the whole new text */
export function withOptions({ file, begin, end, text }: (typeof generatedParts)[number]): string {
  const before = readFileSync(file, 'utf8')
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`${file} has lost the lines around its list of options`)
  return before.slice(0, from + begin.length) + text() + before.slice(to)
}

if (process.argv[1] === import.meta.filename) {
  for (const part of generatedParts) writeFileSync(part.file, withOptions(part))
}
