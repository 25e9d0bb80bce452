import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { manList, markdownTable } from '../../tools/option-table.ts'
import { optionTexts } from '../../tools/option-texts.ts'
import { largerOptions } from '../config/larger-schema.ts'

const texts = optionTexts(largerOptions).filter(({ section }) =>
  /^(?:rights|shelves|listeners)$/.test(section),
)

describe('markdownTable', () => {
  it('has the members of objects, the options of named sections, and one row for each section that is inherited', () => {
    assert.deepEqual(
      markdownTable(texts)
        .split('\n')
        .slice(2, -1)
        .map((row) => row.slice(2, -2).split(' | ')),
      [
        ['`rights.groups`', 'none', '`S3PROXY_RIGHTS_GROUPS`', 'group that may read everything'],
        ['`rights.rules`', 'none', 'file only', 'list of objects: who may read what'],
        ['`rights.rules[].name`', 'required', 'file only', 'name of the rule'],
        ['`rights.rules[].action`', '`read`', 'file only', 'read or list: what it allows'],
        ['`rights.rules[].to`', 'none', 'file only', 'object: people whom it is about'],
        ['`rights.rules[].to.groups`', 'none', 'file only', 'groups'],
        ['`rights.rules[].to.everyone`', '`false`', 'file only', 'true or false: any signed-in person'],
        [
          '`rights.rules[].unless`',
          'none',
          'file only',
          'object or list of objects: people whom it is not about',
        ],
        ['`rights.rules[].unless.id`', 'required', 'file only', 'a person'],
        ['`shelves.NAME.maxAttempts`', '`2`', 'file only', 'attempts of a shelf'],
        ['`shelves.NAME.path`', 'required', 'file only', 'path it is at'],
        ['`shelves.NAME.slots`', '`1`', 'file only', 'places in it'],
        ['`shelves.NAME.caFile`', 'none', 'file only', 'PEM file'],
        [
          '`shelves.NAME.*`',
          'inherited',
          'file only',
          'every option of s3 but maxAttempts; a secret may come from a file, whose path the name with File behind it gives',
        ],
        ['`shelves.NAME.*`', 'inherited', 'file only', 'every option of folder'],
        ['`listeners.NAME.port`', 'required', 'file only', 'its number'],
      ],
    )
  })
})

describe('manList', () => {
  it('says of each that it stands in the file only, below a heading for its section', () => {
    const list = manList(texts)
    assert.deepEqual(list.match(/^\.SS .*/gm), ['.SS rights', '.SS shelves', '.SS listeners'])
    assert.ok(
      list.includes(
        '.B rights.rules[].to.groups\nGroups.\n.RS\n.PP\nList; no default.\n.br\nIn the file only.\n.RE\n',
      ),
      list,
    )
    assert.ok(
      list.includes('.B shelves.NAME.*\nEvery option of folder.\n.RS\n.PP\nAs there; inherited.\n'),
      list,
    )
    assert.equal(list.match(/^Environment:$/gm)?.length, 1)
  })
})
