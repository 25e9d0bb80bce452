import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseXml } from '../../../src/s3/xml.ts'

const leaf = (name: string, text = '') => ({ name, text, children: [] })

describe('parseXml', () => {
  it('reads elements within each other, with their text', () => {
    const xml = `\uFEFF<?xml version="1.0" encoding="UTF-8"?>
<List xmlns="http://s3.amazonaws.com/doc/2006-03-01/" xmlns:a='b'>
  <Name>a b</Name><Empty/><Blank></Blank><Space> </Space>
  <Inner><Name>c</Name></Inner >
</List>
`
    assert.deepEqual(parseXml(xml), {
      name: 'List',
      text: '',
      children: [
        leaf('Name', 'a b'),
        leaf('Empty'),
        leaf('Blank'),
        leaf('Space', ' '),
        { name: 'Inner', text: '', children: [leaf('Name', 'c')] },
      ],
    })
  })

  it('takes references for what they mean, once', () => {
    const text = '&lt;&amp;&gt;&quot;&apos;&#65;&#x1F388;&#1;&amp;amp;'
    assert.equal(parseXml(`<a>${text}</a>`)?.text, '<&>"\'A🎈\u0001&amp;')
  })

  for (const [what, xml] of [
    ['nothing', ''],
    ['plain text', 'hello'],
    ['JSON', '{"a": "<b>"}'],
    ['a page', '<!DOCTYPE html><html></html>'],
    ['a document type', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['an entity of its own', '<a>&b;</a>'],
    ['a bare ampersand', '<a>b & c</a>'],
    ['a reference to half a character', '<a>&#xD83C;</a>'],
    ['a reference beyond all characters', '<a>&#x110000;</a>'],
    ['a comment', '<a><!-- b --></a>'],
    ['CDATA', '<a><![CDATA[b]]></a>'],
    ['an element that is cut', '<a><b>c</b>'],
    ['a tag that is cut', '<a><b>c</b></a'],
    ['an end without a beginning', '</a>'],
    ['an end too many', '<a></a></a>'],
    ['elements that cross', '<a><b></a></b>'],
    ['two documents', '<a></a><b></b>'],
    ['text beside elements', '<a>b<c></c></a>'],
    ['text behind elements', '<a><c></c>b</a>'],
    ['text behind the document', '<a></a>b'],
    ['an attribute without quotes', '<a b=c></a>'],
    ['elements too deep', '<a>'.repeat(100) + '</a>'.repeat(100)],
    ['too many elements', `<a>${'<b/>'.repeat(60_000)}</a>`],
  ]) {
    it(`refuses ${what}`, () => {
      assert.equal(parseXml(xml as string), undefined)
    })
  }

  it('takes no time over garbage made for it', () => {
    const startedMs = performance.now()
    for (const garbage of [
      `<a${' '.repeat(1e6)}`,
      `<a ${'b'.repeat(1e6)}`,
      `<a${' b="c"'.repeat(1e5)}`,
      '<a>'.repeat(3e5),
      `<a>${'&amp;'.repeat(3e5)}`,
    ])
      assert.equal(parseXml(garbage), undefined)
    assert.ok(performance.now() - startedMs < 5000)
  })
})
