/** The formula language: read, differentiate, print. Formulas are pure trees of numbers; nothing here knows tensors. */
export { compileJavaScript, compileScalar, type ScalarFunction } from './compile.ts'
export { differentiate, gradientFormula, vjp } from './differentiate.ts'
export { evaluate } from './evaluate.ts'
export {
  type Build,
  type Call,
  type Constant,
  call,
  constant,
  type Expression,
  nodesOf,
  replace,
  substitute,
  transform,
  type Variable,
  variable,
  variablesOf,
} from './expression.ts'
export { formatFormula } from './format.ts'
export {
  type FunctionEntry,
  type FunctionName,
  functionOf,
  functions,
  isFunctionName,
  shorthands,
} from './functions.ts'
export { type Hoisted, hoist } from './hoist.ts'
export {
  integerTemplates,
  javaScriptTemplates,
  type Numbers,
  type Printed,
  type PrintOptions,
  printJavaScript,
  runtime,
  runtimeName,
  type Templates,
} from './javascript.ts'
export { parse } from './parse.ts'
export { readFormula } from './read.ts'
export { combine, fold, lower } from './simplify.ts'
