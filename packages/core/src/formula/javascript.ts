import { FormulaError } from '../errors.ts'
import {
  commonDivisor,
  copysign,
  floorDivide,
  fmax,
  fmin,
  integerPower,
  power,
  remainder,
  roundHalfEven,
  shiftLeft,
  shiftRight,
  sigmoid,
  sigmoidSingle,
  sign,
} from './arithmetic.ts'
import { type Call, type Expression, nodesOf } from './expression.ts'
import { type FunctionName, functionOf } from './functions.ts'
import { lower } from './simplify.ts'
import { digamma, erf, erfc, erfinv, lgamma, polygamma } from './special.ts'

/** How a language writes each function: the arguments are `a`, `b`, `c`. */
export type Templates = Readonly<Record<FunctionName, string>>

/** The functions that printed code calls and that are neither operators nor in `Math`. */
export const runtime = Object.freeze({
  commonDivisor,
  copysign,
  digamma,
  erf,
  erfc,
  erfinv,
  floorDivide,
  fmax,
  fmin,
  integerPower,
  lgamma,
  polygamma,
  power,
  remainder,
  roundHalfEven,
  shiftLeft,
  shiftRight,
  sigmoid,
  sigmoidSingle,
  sign,
})

/** The name under which printed code finds `runtime`. */
export const runtimeName = '$'

/** The functions in JavaScript. */
export const javaScriptTemplates: Templates = {
  add: 'a + b',
  sub: 'a - b',
  mul: 'a * b',
  div: 'a / b',
  neg: '-a',
  lt: 'a < b',
  le: 'a <= b',
  gt: 'a > b',
  ge: 'a >= b',
  eq: 'a === b',
  ne: 'a !== b',
  and: 'a && b',
  or: 'a || b',
  not: '!a',
  isnan: 'Number.isNaN(a)',
  isinf: 'Math.abs(a) === Infinity',
  where: 'a ? b : c',
  min: 'Math.min(a, b)',
  max: 'Math.max(a, b)',
  fmin: '$.fmin(a, b)',
  fmax: '$.fmax(a, b)',
  abs: 'Math.abs(a)',
  sign: '$.sign(a)',
  copysign: '$.copysign(a, b)',
  floor: 'Math.floor(a)',
  ceil: 'Math.ceil(a)',
  round: '$.roundHalfEven(a)',
  trunc: 'Math.trunc(a)',
  fmod: 'a % b',
  remainder: '$.remainder(a, b)',
  floor_divide: '$.floorDivide(a, b)',
  sqrt: 'Math.sqrt(a)',
  hypot: 'Math.hypot(a, b)',
  pow: '$.power(a, b)',
  exp: 'Math.exp(a)',
  exp2: 'Math.pow(2, a)',
  expm1: 'Math.expm1(a)',
  log: 'Math.log(a)',
  log1p: 'Math.log1p(a)',
  log2: 'Math.log2(a)',
  log10: 'Math.log10(a)',
  sigmoid: '$.sigmoid(a)',
  sin: 'Math.sin(a)',
  cos: 'Math.cos(a)',
  tan: 'Math.tan(a)',
  asin: 'Math.asin(a)',
  acos: 'Math.acos(a)',
  atan: 'Math.atan(a)',
  atan2: 'Math.atan2(a, b)',
  sinh: 'Math.sinh(a)',
  cosh: 'Math.cosh(a)',
  tanh: 'Math.tanh(a)',
  asinh: 'Math.asinh(a)',
  acosh: 'Math.acosh(a)',
  atanh: 'Math.atanh(a)',
  erf: '$.erf(a)',
  erfc: '$.erfc(a)',
  erfinv: '$.erfinv(a)',
  lgamma: '$.lgamma(a)',
  digamma: '$.digamma(a)',
  polygamma: '$.polygamma(a, b)',
  gcd: '$.commonDivisor(a, b)',
  bitand: 'a & b',
  bitor: 'a | b',
  bitxor: 'a ^ b',
  bitnot: '~a',
  shl: '$.shiftLeft(a, b)',
  shr: '$.shiftRight(a, b)',
}

/** What differs where all numbers are float32: functions that are not rounded once, but step by step. */
export const singleTemplates: Templates = { ...javaScriptTemplates, sigmoid: '$.sigmoidSingle(a)' }

/** What differs where all numbers are 32-bit integers: arithmetic wraps around. */
export const integerTemplates: Templates = {
  ...javaScriptTemplates,
  add: '(a + b) | 0',
  sub: '(a - b) | 0',
  mul: 'Math.imul(a, b)',
  div: '(a / b) | 0',
  neg: '-a | 0',
  abs: 'Math.abs(a) | 0',
  pow: '$.integerPower(a, b)',
}

/** The numbers that printed code works on. */
export type Numbers = 'double' | 'single' | 'integer'

const templatesOf: Readonly<Record<Numbers, Templates>> = {
  double: javaScriptTemplates,
  single: singleTemplates,
  integer: integerTemplates,
}

export interface PrintOptions {
  /** What the numbers are; arithmetic is in float64 and, for integers, wraps around at 32 bits. */
  readonly numbers?: Numbers
  /** The functions in a dialect of JavaScript. */
  readonly templates?: Templates
  /** A number as a literal of the dialect. */
  readonly number?: (value: number) => string
  /** Whether locals hold truth values as 1 and 0: not every dialect has variables of them. */
  readonly numericLocals?: boolean
  /** The name of the local variable number `index` = 0, 1, …: none that a formula or a reader could spell. */
  readonly local?: (index: number) => string
}

/** Printed code: `statements` declare the locals that `results`, one expression for each formula, are made of. */
export interface Printed {
  readonly statements: string[]
  readonly results: string[]
}

/** A piece of code; `atomic` needs no parentheses anywhere. */
interface Piece {
  readonly text: string
  readonly atomic: boolean
  readonly truth: boolean
  readonly depth: number
}

/** Deeper code is cut into locals, so that no compiler's stack overflows on it. */
const maximumDepth = 30

const printNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
const parameterPattern = /\b[abc]\b/g
const parameterIndex = (parameter: string): number => parameter.charCodeAt(0) - 97
const wrap = ({ text, atomic }: Piece): string => (atomic ? text : `(${text})`)

function asTruth(piece: Piece): Piece {
  return piece.truth ? piece : { ...piece, text: `${wrap(piece)} !== 0`, atomic: false, truth: true }
}

function asNumber(piece: Piece): Piece {
  return piece.truth ? { ...piece, text: `${wrap(piece)} ? 1 : 0`, atomic: false, truth: false } : piece
}

/**
 * Prints formulas as JavaScript. `read` gives the code that reads each variable: a name, an element, a call. What is used
 * more than once becomes a local; choices are `?:`, so that only the branch taken is computed.
 */
export function printJavaScript(
  formulas: readonly Expression[],
  read: Readonly<Record<string, string>>,
  options: PrintOptions = {},
): Printed {
  const templates = options.templates ?? templatesOf[options.numbers ?? 'double']
  const { number = printNumber, numericLocals = false, local = (index) => `$${index}` } = options
  const roots = formulas.map(lower)
  const nodes = nodesOf(...roots)
  const uses = countUses(nodes, roots, templates)
  const statements: string[] = []
  const pieces = new Map<Expression, Piece>()
  const pieceOf = (node: Expression | undefined): Piece => {
    const piece = node && pieces.get(node)
    if (piece === undefined) throw new FormulaError('formula: a call has fewer arguments than its template uses')
    return piece
  }

  const printCall = ({ name, args }: Call): Piece => {
    const template = templates[name]
    const { conditions = 0, truth = false } = functionOf(name)
    const isFunctionCall = /^[\w$.]+\([^()]*\)$/.test(template)
    const printed = args.map((argument, i) => (i < conditions ? asTruth : asNumber)(pieceOf(argument)))
    const text = template.replace(parameterPattern, (parameter) => {
      const piece = printed[parameterIndex(parameter)] ?? pieceOf(undefined)
      return isFunctionCall ? piece.text : wrap(piece)
    })
    return { text, atomic: isFunctionCall, truth, depth: 1 + Math.max(...printed.map(({ depth }) => depth)) }
  }

  for (const node of nodes) {
    let piece: Piece
    if (node.kind === 'constant') {
      const text = number(node.value)
      piece = { text, atomic: !text.startsWith('-'), truth: false, depth: 0 }
    } else if (node.kind === 'variable') {
      const text = Object.hasOwn(read, node.name) ? read[node.name] : undefined
      if (text === undefined) throw new FormulaError(`formula: no code reads "${node.name}"`)
      piece = { text, atomic: /^[^-\s]\S*$/.test(text), truth: false, depth: 0 }
    } else piece = printCall(node)

    const isLeaf = /^[\w$]+$|^[\d.]+$/.test(piece.text) || node.kind === 'constant'
    const isShared = (uses.get(node) ?? 0) > 1 && !isLeaf
    if (isShared || piece.depth > maximumDepth) {
      const name = local(statements.length)
      const { text, truth } = numericLocals ? asNumber(piece) : piece
      statements.push(`const ${name} = ${text}`)
      piece = { text: name, atomic: true, truth, depth: 0 }
    }
    pieces.set(node, piece)
  }
  return { statements, results: roots.map((root) => asNumber(pieceOf(root)).text) }
}

/** How often the code of each node would be written out. */
function countUses(
  nodes: readonly Expression[],
  roots: readonly Expression[],
  templates: Templates,
): Map<Expression, number> {
  const uses = new Map<Expression, number>()
  const use = (node: Expression | undefined) => {
    if (node !== undefined) uses.set(node, (uses.get(node) ?? 0) + 1)
  }
  roots.forEach(use)
  for (const node of nodes) {
    if (node.kind !== 'call') continue
    for (const [parameter] of templates[node.name].matchAll(parameterPattern)) use(node.args[parameterIndex(parameter)])
  }
  return uses
}
