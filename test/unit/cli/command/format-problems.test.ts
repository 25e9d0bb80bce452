import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatProblems } from '../../../../src/cli/command/format-problems.ts'

describe('formatProblems', () => {
  it('counts the problems, and gives each a line with option and environment name', () => {
    const text = formatProblems({
      problems: [
        { path: 's3.region', env: 'AWS_S3_REGION', message: 'is required' },
        { path: 's3.regoin', env: '', message: 'unknown key' },
        { path: '', env: '.env', message: 'cannot read' },
        { path: '', env: '', message: 'expected a JSON object' },
      ],
      warnings: ['S3PROXY_X is not an option'],
    })
    assert.equal(
      text,
      [
        's3proxy: 4 problems in the configuration [CONFIG_INVALID]:',
        '  s3.region (AWS_S3_REGION): is required',
        '  s3.regoin: unknown key',
        '  .env: cannot read',
        '  expected a JSON object',
        'warning: S3PROXY_X is not an option',
        '',
      ].join('\n'),
    )
  })

  it('counts one', () => {
    assert.match(
      formatProblems({ problems: [{ path: 'a', env: 'a', message: 'b' }], warnings: [] }),
      /: 1 problem in the.*\n {2}a: b\n$/,
    )
  })
})
