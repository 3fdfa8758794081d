import { type Expression, nodesOf } from './expression.ts'
import type { FunctionName } from './functions.ts'

/** The operators with their precedence; `left` and `right` are the least that an operand needs to stand bare. */
const binary: {
  readonly [name in FunctionName]?: readonly [operator: string, level: number, left: number, right: number]
} = {
  or: ['||', 2, 2, 3],
  and: ['&&', 3, 3, 4],
  eq: ['==', 4, 5, 5],
  ne: ['!=', 4, 5, 5],
  lt: ['<', 5, 6, 6],
  le: ['<=', 5, 6, 6],
  gt: ['>', 5, 6, 6],
  ge: ['>=', 5, 6, 6],
  add: ['+', 6, 6, 7],
  sub: ['-', 6, 6, 7],
  mul: ['*', 7, 7, 8],
  div: ['/', 7, 7, 8],
  pow: ['**', 9, 10, 8],
}
const choice = 1
const unary = 8
const primary = 10

interface Piece {
  readonly text: string
  readonly level: number
}

const bare = (piece: Piece, level: number): string => (piece.level >= level ? piece.text : `(${piece.text})`)

function formatNumber(value: number): Piece {
  const text = Object.is(value, -0) ? '-0' : String(value).replace('Infinity', 'inf').replace('NaN', 'nan')
  return { text: value === Math.PI ? 'pi' : text, level: text.startsWith('-') ? unary : primary }
}

function formatCall(name: FunctionName, args: readonly Piece[]): Piece {
  const [a = formatNumber(0), b = a, c = a] = args
  const operator = binary[name]
  if (operator !== undefined) {
    const [symbol, level, left, right] = operator
    return { text: `${bare(a, left)} ${symbol} ${bare(b, right)}`, level }
  }
  if (name === 'where') {
    return { text: `${bare(a, choice + 1)} ? ${bare(b, choice)} : ${bare(c, choice)}`, level: choice }
  }
  if (name === 'neg') return { text: `-${bare(a, unary)}`, level: unary }
  if (name === 'not') return { text: `!${bare(a, unary)}`, level: unary }
  return { text: `${name}(${args.map(({ text }) => text).join(', ')})`, level: primary }
}

/** The formula as one would write it: `parse` reads it back as the same tree. */
export function formatFormula(e: Expression): string {
  const pieces = new Map<Expression, Piece>()
  const pieceOf = (node: Expression): Piece => pieces.get(node) ?? formatNumber(NaN)
  for (const node of nodesOf(e)) {
    if (node.kind === 'constant') pieces.set(node, formatNumber(node.value))
    else if (node.kind === 'variable') pieces.set(node, { text: node.name, level: primary })
    else pieces.set(node, formatCall(node.name, node.args.map(pieceOf)))
  }
  return pieceOf(e).text
}
