import { errorAt } from './error.ts'

/** A word of a formula and where it starts. */
export interface Token {
  readonly kind: 'number' | 'name' | 'operator' | 'end'
  readonly text: string
  readonly position: number
}

const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y
const name = /[A-Za-z][A-Za-z0-9_]*/y
const operator = /\*\*|&&|\|\||[=!<>]=|[-+*/<>!?:(),]/y

/** What to write in place of what the language does not have. */
const hints: ReadonlyMap<string, string> = new Map([
  ['%', 'write fmod(a, b) for the remainder with the sign of a, remainder(a, b) for the one with the sign of b'],
  ['=', 'write == to compare; a formula assigns nothing'],
  ['&', 'write && for truth values, bitand(a, b) for the bits of integers'],
  ['|', 'write || for truth values, bitor(a, b) for the bits of integers'],
  ['^', 'write a ** b for a power, bitxor(a, b) for the bits of integers'],
  ['~', 'write bitnot(a) for the bits of an integer'],
  ['_', 'a name starts with a letter'],
])

function matchAt(pattern: RegExp, source: string, position: number): string | undefined {
  pattern.lastIndex = position
  return pattern.exec(source)?.[0]
}

const space = /\s*/y
const wordAfterNumber = /[A-Za-z0-9_.]/y

/** The words of a formula, with an `end` after the last. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let position = 0
  const add = (kind: Token['kind'], text: string) => {
    tokens.push({ kind, text, position })
    position += text.length
  }
  for (;;) {
    position += matchAt(space, source, position)?.length ?? 0
    if (position >= source.length) {
      add('end', '')
      return tokens
    }
    const digits = matchAt(number, source, position)
    const letters = matchAt(name, source, position)
    const symbol = matchAt(operator, source, position)
    if (digits !== undefined) {
      add('number', digits)
      const rest = matchAt(wordAfterNumber, source, position)
      if (rest !== undefined)
        throw errorAt(source, position, `"${rest}" right after a number`, 'a product is written 2 * x')
    } else if (letters !== undefined) add('name', letters)
    else if (symbol !== undefined) add('operator', symbol)
    else {
      const found = String.fromCodePoint(source.codePointAt(position) ?? 0)
      throw errorAt(source, position, `unexpected ${JSON.stringify(found)}`, hints.get(found))
    }
  }
}
