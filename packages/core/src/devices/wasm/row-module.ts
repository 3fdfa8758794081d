import { type Expression, variablesOf } from '../../formula/expression.ts'
import { passesOf, type RowKernel, type RowStep } from '../row-kernel.ts'
import { F32x4, type FunctionBuilder, I32, type KernelOptions, ModuleBuilder } from './assembler.ts'
import { isFloat, type Parameter } from './elementwise.ts'
import { foldNamed } from './fold.ts'
import { compileFormulas, importsOf, type Lanes, type Scope, toNumbers } from './formula.ts'
import { floats, wordsOf } from './reduce.ts'
import { foldAll } from './share.ts'
import { forEachGroup, type Input, type Layout, readInputs, type Stream, stream } from './stream.ts'

/** A row kernel, and how the arrays lie that it reads and writes. */
export interface RowSpec {
  readonly kernel: RowKernel
  readonly output: Layout
  /** The kernel's inputs, those with one number a row, and its parameters. */
  readonly inputs: readonly Input[]
}

/** An array: where its row starts, the bytes from row to row and from element to element, and where a pass is. */
interface Rows {
  readonly start: I32
  readonly step: I32
  readonly stride: I32
  readonly cursor: I32
}

/**
 * The module of a row kernel. `rows(block, ...numbers, n)` reads the words: rows, elements of a row, then of all arrays
 * (output, results, inputs) the addresses, the bytes from row to row, and those from element to element.
 */
export function rowModule(spec: RowSpec, options: KernelOptions): ModuleBuilder {
  const { kernel, inputs } = spec
  const m = new ModuleBuilder(options)
  m.importMemory(options)
  const imports = importsOf(m, [...kernel.steps.map(({ value }) => value), kernel.output])
  const names = inputs.filter(({ layout }) => layout === 'number').map(({ name }) => name)
  const count = 1 + kernel.results.length + inputs.length - names.length
  const rows = m.function<Parameter[]>([I32, ...floats(names.length + 1)], undefined, (f, ...parameters) => {
    const words = wordsOf(f, parameters)
    const [left, size] = [words.next(), words.next()]
    const [starts, steps, strides] = [0, 1, 2].map(() => Array.from({ length: count }, () => words.next()))
    const arrays = (starts ?? []).map((start, k) => {
      return { start, step: steps?.[k] ?? size, stride: strides?.[k] ?? size, cursor: f.let(start) }
    })
    const variables = new Map<string, Lanes>()
    parameters.filter(isFloat).forEach((number, k) => variables.set(names[k] ?? 'n', f.let(F32x4.splat(number))))
    const row = new Row(f, spec, arrays, size, { m, imports, variables })
    f.while(left.gtSigned(0), () => {
      row.write()
      for (const { start, step } of arrays) f.set(start, start.add(step))
      f.set(left, left.sub(1))
    })
  })
  m.export('rows', rows)
  return m
}

/** A loop over the elements of a row: what it writes, what it reads, and the variables of formulas at one group. */
interface Pass {
  readonly out: Stream
  readonly streams: readonly Stream[]
  readonly scopeAt: (ahead: number) => Scope
}

/** Writes what is done to one row. */
class Row {
  readonly #f: FunctionBuilder
  readonly #spec: RowSpec
  readonly #arrays: readonly Rows[]
  /** The inputs that are arrays, in the order of `#arrays` behind the outputs. */
  readonly #inputs: readonly { readonly input: Input; readonly rows: Rows }[]
  readonly #size: I32
  /** The elements that remain in a pass. */
  readonly #left: I32
  /** What formulas read that is the same for the whole row. */
  readonly #scope: Scope & { readonly variables: Map<string, Lanes> }
  #isKept = false

  constructor(
    f: FunctionBuilder,
    spec: RowSpec,
    arrays: readonly Rows[],
    size: I32,
    scope: Scope & { readonly variables: Map<string, Lanes> },
  ) {
    this.#f = f
    this.#spec = spec
    this.#arrays = arrays
    const ofInputs = arrays.slice(1 + spec.kernel.results.length)
    this.#inputs = spec.inputs
      .filter(({ layout }) => layout !== 'number')
      .flatMap((input, k) => ofInputs.slice(k, k + 1).map((rows) => ({ input, rows })))
    this.#size = size
    this.#left = f.let(size)
    this.#scope = scope
  }

  write(): void {
    const [f, { kernel }, { variables }] = [this.#f, this.#spec, this.#scope]
    for (const { input, rows } of this.#inputs) {
      if (kernel.perRow.includes(input.name)) variables.set(input.name, f.let(F32x4.loadSplat(rows.start)))
    }
    for (const steps of passesOf(kernel.steps)) {
      if (steps[0]?.fold === null) this.#compute(steps)
      else this.#fold(steps)
    }
    kernel.results.forEach((name, k) => {
      const value = toNumbers(variables.get(name) ?? F32x4.const(NaN))
      f.storeLane(this.#arrays[1 + k]?.start ?? this.#size, value, 4, 0)
    })
    this.#map()
  }

  /** Numbers of the row from others. */
  #compute(steps: readonly RowStep[]): void {
    const values = compileFormulas(
      this.#f,
      steps.map(({ value }) => value),
      this.#scope,
    )
    steps.forEach(({ name }, k) => {
      this.#scope.variables.set(name, this.#f.let(toNumbers(values[k] ?? F32x4.const(NaN))))
    })
  }

  /** A pass over the row that folds it to a number for each step. */
  #fold(steps: readonly RowStep[]): void {
    const f = this.#f
    const formulas = steps.map(({ value }) => value)
    const { out, streams, scopeAt } = this.#pass(formulas)
    const read = (ahead: number, isWhole: boolean): Lanes[] => {
      const values = compileFormulas(f, formulas, scopeAt(ahead))
      return values.map((value, k) => {
        if (steps[k]?.kept !== true) return value
        const kept = f.let(toNumbers(value))
        out.store(kept, ahead, isWhole)
        return kept
      })
    }
    const advance = (groups: number): void => {
      for (const each of [out, ...streams]) each.advance(groups)
    }
    const folds = steps.map(({ fold }) => foldNamed(fold ?? 'add'))
    const totals = foldAll(f, folds, this.#left, { read, advance })
    steps.forEach(({ name, kept }, k) => {
      const total = totals[k]
      if (total) this.#scope.variables.set(name, f.let(F32x4.splat(total.toF32())))
      this.#isKept ||= kept
    })
  }

  /** The pass that writes the elements. */
  #map(): void {
    const formulas = [this.#spec.kernel.output]
    const { out, streams, scopeAt } = this.#pass(formulas)
    forEachGroup(this.#f, this.#left, [out, ...streams], 2, (ahead, isWhole) => {
      const [value = F32x4.const(NaN)] = compileFormulas(this.#f, formulas, scopeAt(ahead))
      out.store(value, ahead, isWhole)
    })
  }

  /** A pass from the start of the row, with streams of what its formulas read. */
  #pass(formulas: readonly Expression[]): Pass {
    const [f, { kernel, output }] = [this.#f, this.#spec]
    const used = variablesOf(...formulas)
    const read = this.#inputs.filter(({ input: { name } }) => used.has(name) && !kernel.perRow.includes(name))
    const readsOutput = this.#isKept && used.has('out')
    f.set(this.#left, this.#size)
    const open = (layout: Layout, { cursor, start, stride }: Rows): Stream => {
      f.set(cursor, start)
      return stream(f, layout, cursor, stride, this.#left)
    }
    const streams = read.flatMap(({ input: { layout }, rows }) => (layout === 'number' ? [] : [open(layout, rows)]))
    const [first] = this.#arrays
    if (first === undefined) throw new Error('rowModule: no output')
    const out = open(output, first)
    const inputs = read.map(({ input }) => input)
    const scopeAt = (ahead: number): Scope => {
      const variables = new Map([...this.#scope.variables, ...readInputs(f, inputs, streams, [], ahead)])
      if (readsOutput) variables.set('out', f.let(toNumbers(out.load(ahead))))
      return { ...this.#scope, variables }
    }
    return { out, streams, scopeAt }
  }
}
