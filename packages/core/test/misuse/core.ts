/** Everything of core that can be called, and what of it no table calls. */
import * as torch from '@chainrule/core'
import { type Covered, classTarget, functionsOf, methodsOf, type Row, rowsOf, type Table } from './calls.ts'
import { autograd, elementwiseRow, functions, linalg, methods } from './functions.ts'

/** Rows of elementwise ops that have none of their own. */
const derived: Record<string, Row> = Object.fromEntries(
  [...torch.elementwiseOps].map(([name, op]) => [name, elementwiseRow(op)]),
)
const named: Table = { ...derived, ...functions }

/** Other names of the same functions have the same rows. */
const all = Object.entries(torch)
const table: Table = Object.fromEntries(
  all.flatMap(([name, run]) => {
    const same = [name, ...all.filter(([, other]) => other === run).map(([other]) => other)]
    const rows = same.map((other) => rowsOf(named, other)).find((found) => found.length > 0)
    return rows === undefined ? [] : [[name, rows] as const]
  }),
)

/** Classes of errors, and what only the library makes. */
const classes = [
  'AssertionError',
  'DType',
  'FormulaError',
  'IndexError',
  'NotImplementedError',
  'RuntimeError',
  'ValueError',
].concat([
  'Signature',
  'SliceIndex',
  'Tensor',
  'Generator',
  'TypeError',
  // What makes functions, not what computes.
  'AttributeError',
  'KeyError',
  'bindClass',
  'overloaded',
  'signature',
  'typeName',
  'shown',
  // Changes the console of a page.
  'install_devtools_formatter',
])

const plain: Table = {
  to_plain: () => ({ '/value': torch.ones(2) }),
  from_plain: () => ({ '/value': torch.to_plain(torch.ones(2)) }),
  toJSON: () => ({ self: torch.ones(2) }),
}

const warnings: Table = {
  warn: () => ({ '/message': 'careful' }),
  simplefilter: () => ({ '/action': 'ignore' }),
  catch_warnings: () => ({ '/body': () => 1 }),
}

const generators: Table = {
  manual_seed: () => ({ self: new torch.Generator(), seed: 3 }),
  seed: () => ({ self: new torch.Generator() }),
  initial_seed: () => ({ self: new torch.Generator() }),
  get_state: () => ({ self: new torch.Generator() }),
  set_state: () => ({ self: new torch.Generator(), new_state: new torch.Generator().get_state() }),
  random: () => ({ self: new torch.Generator() }),
  random53: () => ({ self: new torch.Generator() }),
  random64: () => ({ self: new torch.Generator() }),
}

const parts: readonly Covered[] = [
  functionsOf('torch', torch, { ...table, ...plain }, classes),
  functionsOf('torch.autograd', torch.autograd, { ...table, ...autograd }, [
    'Function',
    'FunctionContext',
    'GradcheckError',
    'Node',
  ]),
  functionsOf('torch.warnings', torch.warnings, warnings, ['UserWarning']),
  functionsOf('torch.linalg', torch.linalg, linalg, ['LinAlgError']),
  methodsOf('Tensor', torch.Tensor.prototype, { ...table, ...methods, ...plain }),
  methodsOf('Generator', torch.Generator.prototype, generators),
]

export const core: Covered = {
  targets: [...parts.flatMap(({ targets }) => targets), classTarget('torch', 'Generator', torch.Generator, () => ({}))],
  missing: parts.flatMap(({ missing }) => missing),
}
