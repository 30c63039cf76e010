/**
 * Makes docs/configuration.md from the types of the options and their docstrings, so that the page
 * and the editor of a user say the same.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript5'

const root = join(import.meta.dirname, '..', '..')

/** The interfaces of the page, in its order. */
const parts = [
  {
    title: 'Options of a verifier',
    intro: 'For `createVerifier` and, in every adapter, for `createAuth`.',
    file: 'src/core/options.ts',
    types: ['VerifierOptions'],
  },
  {
    title: 'Options of an adapter',
    intro: 'For `createAuth`, beside those of a verifier.',
    file: 'src/http/adapter.ts',
    types: ['AdapterOptions'],
  },
  {
    title: '`keys`',
    intro: 'How keys are fetched and kept.',
    file: 'src/core/key-options.ts',
    types: ['KeyOptions'],
  },
  {
    title: 'Options of one issuer',
    intro:
      'An issuer may be given as an object. What is stated there replaces the option of the verifier of that name, and never merges with it.',
    file: 'src/core/issuer-options.ts',
    types: ['IssuerOptions'],
  },
  {
    title: '`client`',
    intro: 'This API as a client of an issuer.',
    file: 'src/core/client/client-options.ts',
    types: ['ClientOptions'],
  },
  {
    title: '`introspection`',
    intro: 'How an issuer is asked about opaque tokens.',
    file: 'src/core/introspection/introspection-options.ts',
    types: ['IntrospectionOptions'],
  },
  {
    title: '`decryption`',
    intro: 'How an issuer encrypts its tokens to this API.',
    file: 'src/core/jwt/decryption-options.ts',
    types: ['DecryptionOptions'],
  },
  {
    title: '`profile`',
    intro:
      'What the access tokens of an issuer look like. The presets of `tollgate/issuers` make these.',
    file: 'src/core/jwt/profile.ts',
    types: ['Profile'],
  },
  {
    title: 'A mark',
    intro: 'In `accessToken` and `refused` of a profile, and in `when` of `kinds`.',
    file: 'src/core/jwt/marks.ts',
    types: ['Mark'],
  },
  {
    title: 'Requirements of a route',
    intro:
      'For `requireAuth` and `assertAuth`. They are checked in this order, and all must be met.',
    file: 'src/http/requirements/resolve.ts',
    types: [
      'ScopeRequirements',
      'RoleRequirements',
      'ClaimsRequirement',
      'ActorRequirement',
      'CheckRequirement',
      'TokenRequirements',
    ],
  },
] as const

/** The whole page. */
export function configurationPage(): string {
  const sections = parts.map(({ title, intro, file, types }) => {
    const members = types.flatMap((name) => membersOf(file, name))
    const rows = members.map(({ name, type, text }) => `| \`${name}\` | ${type} | ${text} |`)
    return [`## ${title}`, '', intro, '', '| | type | |', '|---|---|---|', ...rows].join('\n')
  })
  return [
    '# Configuration',
    '',
    'Every option, as its type and its docstring say it. Durations are in seconds. What is wrong, unknown, or `undefined` where it would decide, is a `TypeError` at construction, whose message says how to fix it. Presets have their options [on a page of their own](issuers/README.md).',
    '',
    ...sections.flatMap((section) => [section, '']),
  ].join('\n')
}

interface Member {
  readonly name: string
  readonly type: string
  readonly text: string
}

function membersOf(file: string, name: string): readonly Member[] {
  const { source, found } = findInterface(file, name)
  return found.members.filter(isMember).map((member) => ({
    name: `${member.name.getText(source)}${member.questionToken === undefined ? '' : '?'}`,
    type: inCell(typeOf(member, source)),
    text: docOf(member),
  }))
}

/** A member as `name: type` or, for a function, as `name(…): type`. */
type Declared = ts.PropertySignature | ts.MethodSignature

function isMember(element: ts.TypeElement): element is Declared {
  return ts.isPropertySignature(element) || ts.isMethodSignature(element)
}

function findInterface(
  file: string,
  name: string,
): { source: ts.SourceFile; found: ts.InterfaceDeclaration } {
  const text = readFileSync(join(root, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const own = source.statements.find(
    (one): one is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(one) && one.name.text === name,
  )
  if (own !== undefined) return { source, found: own }
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement)) continue
    const names = statement.importClause?.namedBindings
    if (names === undefined || !ts.isNamedImports(names)) continue
    if (!names.elements.some((element) => element.name.text === name)) continue
    const from = (statement.moduleSpecifier as ts.StringLiteral).text
    return findInterface(join(file, '..', from), name)
  }
  throw new Error(`${file} has no interface ${name}`)
}

/** What may be given. A question mark says already that an option may be left out. */
function typeOf(member: Declared, source: ts.SourceFile): string {
  const type = member.type?.getText(source) ?? 'unknown'
  if (ts.isMethodSignature(member)) {
    const parameters = member.parameters.map((parameter) => parameter.getText(source))
    return `(${parameters.join(', ')}) => ${type}`
  }
  return (
    type
      .replace(/\s+/g, ' ')
      .replace(/\| undefined$/, '')
      .replace(/^\| /, '')
      .trim()
      // A union with a function has it in parentheses.
      .replace(/^\((\(.*\) => \w+)\)$/, '$1')
  )
}

function docOf(member: Declared): string {
  const [doc] = ts.getJSDocCommentsAndTags(member)
  const comment = doc === undefined ? '' : ts.getTextOfJSDocComment(doc.comment)
  if (comment === undefined || comment === '') {
    throw new Error(`the member ${member.name.getText()} has no docstring`)
  }
  return comment.replace(/\s+/g, ' ').replaceAll('|', '\\|').trim()
}

function inCell(type: string): string {
  return `\`${type.replaceAll('|', '\\|')}\``
}
