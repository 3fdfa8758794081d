import type { Expression } from '../../formula/expression.ts'
import {
  type Effect,
  F32,
  F32x4,
  type FunctionBuilder,
  type FunctionHandle,
  I32,
  type KernelOptions,
  ModuleBuilder,
} from './assembler.ts'
import { compileFormulas, type Imports, importsOf, keep, type Lanes } from './formula.ts'
import { forEachIndex } from './odometer.ts'
import { forEachGroup, type Input, type Layout, readInputs, type Stream, stream } from './stream.ts'

/** One or more formulas, and how the arrays lie that they read and write. */
export interface ElementwiseSpec {
  readonly formulas: readonly Expression[]
  /** One a formula; they may be the very arrays of inputs. */
  readonly outputs: readonly Layout[]
  /** The variables of the formulas: arrays, or one number for all elements. */
  readonly inputs: readonly Input[]
}

/** A parameter of a kernel: sizes, addresses and strides come first, numbers of formulas last. */
export type Parameter = I32 | F32

export const isInteger = (value: Parameter): value is I32 => value instanceof I32
export const isFloat = (value: Parameter): value is F32 => value instanceof F32
export const isStrided = (layout: Layout): boolean => layout.access === 'strided'

/**
 * The module of an elementwise kernel. Arrays come outputs first. Exports:
 * - `run(n, ...pointers, ...strides, ...numbers)`: one run of `n` elements; strides in bytes, of strided arrays only;
 * - `rows(block, ...numbers)`, where `hasRows`: a run at every index of outer dimensions, described in memory.
 */
export function elementwiseModule(spec: ElementwiseSpec, options: KernelOptions, hasRows: boolean): ModuleBuilder {
  const m = new ModuleBuilder(options)
  m.importMemory(options)
  const imports = importsOf(m, spec.formulas)
  const run = runFunction(m, spec, imports)
  m.export('run', run)
  if (hasRows) m.export('rows', rowsFunction(m, spec, run))
  return m
}

/** The arrays of a kernel, outputs first. */
export function arraysOf({ outputs, inputs }: ElementwiseSpec): Layout[] {
  return [...outputs, ...inputs.flatMap(({ layout }) => (layout === 'number' ? [] : [layout]))]
}

function runFunction(m: ModuleBuilder, spec: ElementwiseSpec, imports: Imports): FunctionHandle<Parameter[], Effect> {
  const arrays = arraysOf(spec)
  const integers = 1 + arrays.length + arrays.filter(isStrided).length
  const numbers = spec.inputs.filter(({ layout }) => layout === 'number')
  const types = [...Array.from({ length: integers }, () => I32), ...numbers.map(() => F32)]
  return m.function<Parameter[]>(types, undefined, (f, ...parameters) => {
    const [left = I32.const(0), ...rest] = parameters.filter(isInteger)
    const pointers = rest.slice(0, arrays.length)
    const strides = rest.slice(arrays.length)
    const streams = arrays.map((layout, k) => {
      const stride = isStrided(layout) ? strides.shift() : undefined
      return stream(f, layout, pointers[k] ?? left, stride ?? I32.const(0), left)
    })
    const outputs = streams.slice(0, spec.outputs.length)
    const inputs = streams.slice(spec.outputs.length)
    const splats = parameters.filter(isFloat).map((number) => f.let(F32x4.splat(number)))
    const isOrdered = arrays.every(({ access }) => access !== 'strided')
    forEachGroup(f, left, streams, isOrdered ? 2 : 1, (ahead, isWhole) => {
      const variables = readInputs(f, spec.inputs, inputs, splats, ahead)
      storeAll(f, compileFormulas(f, spec.formulas, { m, imports, variables }), outputs, ahead, isWhole)
    })
  })
}

/** Stores the results of one step. All are computed before the first is stored: outputs may be inputs. */
function storeAll(
  f: FunctionBuilder,
  values: readonly Lanes[],
  outputs: readonly Stream[],
  ahead: number,
  isWhole: boolean,
): void {
  const kept = values.length > 1 ? values.map((value) => keep(f, value)) : values
  kept.forEach((value, k) => outputs[k]?.store(value, ahead, isWhole))
}

/**
 * `rows(block, ...numbers)`. The block has 32-bit words: the number of outer dimensions, the elements of a run, the
 * pointers, the inner strides of strided arrays, then the records of the dimensions (see odometer.ts).
 */
function rowsFunction(
  m: ModuleBuilder,
  spec: ElementwiseSpec,
  run: FunctionHandle<Parameter[], Effect>,
): FunctionHandle<Parameter[], Effect> {
  const arrays = arraysOf(spec)
  const strided = arrays.filter(isStrided)
  const numbers = spec.inputs.filter(({ layout }) => layout === 'number').map(() => F32)
  return m.function<Parameter[]>([I32, ...numbers], undefined, (f, ...parameters) => {
    const [block = I32.const(0)] = parameters.filter(isInteger)
    const word = (index: number): I32 => f.let(I32.load(block, 4 * index))
    const rank = word(0)
    const left = word(1)
    const pointers = arrays.map((_, k) => word(2 + k))
    const strides = strided.map((_, k) => word(2 + arrays.length + k))
    const records = f.let(block.add(4 * (2 + arrays.length + strided.length)))
    forEachIndex(f, rank, records, pointers, () => {
      f.do(run.call(left, ...pointers, ...strides, ...parameters.filter(isFloat)))
    })
  })
}
