/**
 * A small WebAssembly assembler: kernels are written as TypeScript that reads like the maths, and become a module in
 * about a millisecond, with no build step.
 *
 * ```ts
 * const m = new ModuleBuilder()
 * m.importMemory()
 * const saxpy = m.function([I32, F32, I32, I32], undefined, (f, n, a, x, y) => {
 *   const scale = f.let(F32x4.splat(a))
 *   const end = f.let(x.add(n.mul(4)))
 *   f.while(x.lt(end), () => {
 *     f.store(y, F32x4.load(x).madd(scale, F32x4.load(y)))
 *     f.set(x, x.add(16))
 *     f.set(y, y.add(16))
 *   })
 * })
 * m.export('saxpy', saxpy)
 * const { exports } = new WebAssembly.Instance(m.compile(), { env: { memory } })
 * ```
 *
 * Four things to know:
 * - A value (`I32`, `F32x4`, … in values.ts) is an expression: nothing runs until a statement uses it. Statements are the
 *   methods of `f`; they run in the order written. Parameters and what `f.let` returns are variables; `f.set` assigns them.
 * - An expression sees the variables as they are where it is *used*. Keep a value with `f.let(…)` before its inputs change,
 *   or to share it between statements. Within one statement a value that is used twice is computed once.
 * - `f.if`, `f.while`, `f.repeat` and `f.block` take callbacks that write what is inside. `choose(c, a, b)` and
 *   `select(c, a, b)` are expressions; so is `mask.select(a, b)`, lane by lane.
 * - Vector constants move to locals at the top of the function, so a loop does not make them again.
 */
import { append, sized, text, unsigned, vector } from './encoding.ts'
import { Effect, FunctionBuilder, type Global, readLocal } from './function.ts'
import { type Node, noResult, type Type, Value } from './node.ts'

export { type Effect, FunctionBuilder, type Global, type Label } from './function.ts'
export type { Type, Value } from './node.ts'
export * from './values.ts'

/** The classes of a list of values. */
export type Types<Values extends readonly unknown[]> = { readonly [K in keyof Values]: Type<Values[K]> }

/** A function of a module, to call from others: `f.do(g.call(x))` or, where it has a result, `f.let(g.call(x))`. */
export interface FunctionHandle<Parameters extends readonly unknown[], Result> {
  readonly index: number
  call(...args: Parameters): Result
}

export interface ModuleOptions {
  /** Whether `madd` may use relaxed SIMD; see probe.ts. */
  readonly relaxed?: boolean
  /** Whether kernels are laid out for an engine that joins neighbouring vectors into such of 256 bits; see probe.ts. */
  readonly wide?: boolean
}

/** The options of a module whose kernels work on `env.memory`. */
export interface KernelOptions extends ModuleOptions {
  /** Whether that is shared among threads. */
  readonly shared?: boolean
}

/** A function: the index of its type, and its body once that is written. */
interface Slot {
  readonly type: number
  body: readonly number[]
}

/** Collects the parts of a module, then writes its bytes. */
export class ModuleBuilder {
  readonly relaxed: boolean
  readonly wide: boolean
  readonly #types: number[][] = []
  readonly #imports: number[][] = []
  readonly #functions: Slot[] = []
  readonly #globals: number[][] = []
  readonly #exports: number[][] = []
  #importedFunctions = 0

  constructor({ relaxed = false, wide = false }: ModuleOptions = {}) {
    this.relaxed = relaxed
    this.wide = wide
  }

  /** Imports the one memory, `env.memory`. A shared one must have been made with `maximum: 65536`. */
  importMemory({ shared = false }: { readonly shared?: boolean } = {}): void {
    const limits = shared ? [3, 0, ...unsigned(65536)] : [0, 0]
    this.#imports.push([...text('env'), ...text('memory'), 2, ...limits])
  }

  /** Imports the function `env.name`. All imports come before the first function. */
  importFunction<Parameters extends readonly Value<unknown>[], Result extends Value<Result>>(
    name: string,
    parameters: Types<Parameters>,
    result: Type<Result>,
  ): FunctionHandle<Parameters, Result> {
    if (this.#functions.length > 0)
      throw new Error(`importFunction: '${name}' comes after a function; import it before`)
    const type = this.#type(parameters, result)
    this.#imports.push([...text('env'), ...text(name), 0, ...unsigned(type)])
    const call = caller(this.#importedFunctions, result)
    return { index: this.#importedFunctions++, call: (...args) => new result(call(args)) }
  }

  /** Adds a function. Its body gets the builder `f` and the parameters, writes statements, and returns the result, if any. */
  function<Parameters extends readonly Value<unknown>[], Result extends Value<Result>>(
    parameters: Types<Parameters>,
    result: Type<Result>,
    body: (f: FunctionBuilder, ...parameters: Parameters) => Result,
  ): FunctionHandle<Parameters, Result>
  function<Parameters extends readonly Value<unknown>[]>(
    parameters: Types<Parameters>,
    result: undefined,
    body: (f: FunctionBuilder, ...parameters: Parameters) => void,
  ): FunctionHandle<Parameters, Effect>
  function<Parameters extends readonly Value<unknown>[], Result extends Value<Result>>(
    parameters: Types<Parameters>,
    result: Type<Result> | undefined,
    body: (f: FunctionBuilder, ...parameters: Parameters) => Result | void,
  ): FunctionHandle<Parameters, Result | Effect> {
    const slot: Slot = { type: this.#type(parameters, result), body: [] }
    const index = this.#importedFunctions + this.#functions.push(slot) - 1
    const f = new FunctionBuilder(
      this.relaxed,
      parameters.map((type) => type.byte),
    )
    const locals = parameters.map((type, i) => new type(readLocal(type.byte, i)))
    const values: Parameters = locals as typeof locals & Parameters
    const returned = body(f, ...values)
    slot.body = f.finish(returned instanceof Value ? returned.node : undefined)
    const call = caller(index, result)
    return { index, call: (...args) => (result ? new result(call(args)) : new Effect(call(args))) }
  }

  /** Adds a mutable variable that keeps its value between calls. */
  global<V extends Value<V>>(initial: V): Global<V> {
    const index = this.#globals.push([initial.type.byte, 1, ...initial.node.code, 0x0b]) - 1
    return {
      index,
      value: new initial.type({ type: initial.type.byte, code: [0x23, ...unsigned(index)], operands: [] }),
    }
  }

  /** Gives a function a name outside. */
  export(name: string, { index }: { readonly index: number }): void {
    this.#exports.push([...text(name), 0, ...unsigned(index)])
  }

  /** The module in the binary format. */
  bytes(): Uint8Array<ArrayBuffer> {
    const out = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    const section = (id: number, items: readonly (readonly number[])[]): void => {
      if (items.length > 0) append(append(out, [id]), sized(vector(items)))
    }
    section(1, this.#types)
    section(2, this.#imports)
    section(
      3,
      this.#functions.map(({ type }) => unsigned(type)),
    )
    section(6, this.#globals)
    section(7, this.#exports)
    section(
      10,
      this.#functions.map(({ body }) => sized(body)),
    )
    return Uint8Array.from(out)
  }

  /** The module, compiled at once: meant for small ones. */
  compile(): WebAssembly.Module {
    return new WebAssembly.Module(this.bytes())
  }

  /** The index of a function type; equal ones share it. */
  #type(parameters: readonly { readonly byte: number }[], result: { readonly byte: number } | undefined): number {
    const results = result ? [result.byte] : []
    const bytes = [
      0x60,
      ...unsigned(parameters.length),
      ...parameters.map((type) => type.byte),
      results.length,
      ...results,
    ]
    const known = this.#types.findIndex((type) => type.join() === bytes.join())
    return known >= 0 ? known : this.#types.push(bytes) - 1
  }
}

/** Makes the instruction that calls a function with some arguments. */
function caller(
  index: number,
  result: { readonly byte: number } | undefined,
): (args: readonly Value<unknown>[]) => Node {
  const type = result?.byte ?? noResult
  return (args) => ({ type, code: [0x10, ...unsigned(index)], operands: args.map(({ node }) => node) })
}
