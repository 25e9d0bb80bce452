import { choice, textLike } from './option-types.ts'
import { section } from './section.ts'
import { issuerUrl, vschars } from './text-shapes.ts'

/** The tokens of programs, which come in the header `authorization`. */
export const bearer = section({
  accept: choice(
    'way in which bearer tokens of programs are checked; identity: the identity endpoint of the SSO says who a token belongs to',
    ['none', 'identity'],
  ).default('none'),
  issuer: textLike(
    'issuer identifier of the server that programs get tokens from, byte for byte as that server has it',
    issuerUrl,
  ).optional(),
  terminalClientId: textLike(
    'id of the public client that `s3proxy fetch URL` signs in with; programs find it in the metadata of this site',
    vschars,
  ).optional(),
})
