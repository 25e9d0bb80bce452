import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'

describe('comments', () => {
  it('have no sentence that begins with a riddle', () => {
    const riddles = sourceFiles().flatMap((file) =>
      sentencesOfComments(readFileSync(file, 'utf8'))
        .filter(({ sentence }) => riddle.test(sentence))
        .map(({ line, sentence }) => `${file}:${line}: ${sentence}`),
    )
    assert.deepEqual(riddles, [], 'begin with a noun or a verb, and name the subject (CONTRIBUTING.md)')
  })
})

describe('sentencesOfComments', () => {
  const sentences = (text: string) => sentencesOfComments(text).map(({ sentence }) => sentence)

  it('finds each sentence of a doc comment, also one that goes on in another line', () => {
    const text = '/**\n * Reads it. Of all\n * those, one.\n *\n * @returns what it read\n */\nconst a = 1\n'
    assert.deepEqual(sentences(text), ['Reads it.', 'Of all those, one.', '@returns what it read'])
    assert.deepEqual(sentences('  /** One line. */\n'), ['One line.'])
  })

  it('takes neighbouring lines of comments for one comment, and code for none', () => {
    assert.deepEqual(sentences('// A long\n// comment.\na()\n// Another one.\n'), [
      'A long comment.',
      'Another one.',
    ])
    assert.deepEqual(sentences("const url = 'https://example.com'\n"), [])
  })

  it('knows the line in which the comment begins', () => {
    assert.equal(sentencesOfComments('a()\n\n// Here.\n')[0]?.line, 3)
  })
})

/** First words of sentences whose subject a reader has to guess. */
const riddle = /^(?:Of|By which|What|So|Who|Whoever|Whose|Whom)\b/

function sourceFiles(): string[] {
  return ['src', 'bin', 'test'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|mjs|js)$/.test(file))
      .map((file) => join(folder, file)),
  )
}

/** Finds the sentences of all comments that begin a line. A line of a doc comment that begins with a tag counts too. */
function sentencesOfComments(text: string): { line: number; sentence: string }[] {
  const comments = text.matchAll(/^[ \t]*(?:\/\*\*?(?:[^*]|\*(?!\/))*\*\/|\/\/.*(?:\n[ \t]*\/\/.*)*)/gm)
  return [...comments].flatMap((comment) => {
    const line = text.slice(0, comment.index).split('\n').length
    return comment[0]
      .replace(/\*\/$/, '')
      .split('\n')
      .map((words) => words.replace(/^[ \t]*(?:\/\*\*?|\/\/|\*)[ \t]?/, '').trim())
      .join('\n')
      .split(/\n\n+|\n(?=@)/)
      .flatMap((paragraph) =>
        paragraph
          .trim()
          .replaceAll('\n', ' ')
          .split(/(?<=[.!?]) +/),
      )
      .filter((sentence) => sentence !== '')
      .map((sentence) => ({ line, sentence }))
  })
}
