import { IndexError, KeyError, Signature, shown, Tensor, TypeError, typeName, ValueError } from '@chainrule/core'
import { missingForward } from '../module/callable.ts'
import { forwardOf } from '../module/keeps-nothing.ts'
import { ownModules } from '../module/members.ts'
import { type AnyModule, Module } from '../module/module.ts'
import { Parameter } from '../module/parameter.ts'
import { moduleRepr, repeatedLines } from '../module/repr.ts'

/** An index counted from the front; negative ones count from the back. */
function place(container: object, index: number, length: number, end = length - 1): number {
  if (!Number.isInteger(index) || index < -length || index > end) throw new IndexError(`index ${index} is out of range`)
  return index < 0 ? index + length : index
}

/** How many layers one module makes of itself. */
const mostLayers = 10_000

/**
 * Refuses a number of layers that no memory holds, before one of them is made.
 *
 * @throws ValueError that says how many there may be.
 */
export function checkCount(num_layers: number): void {
  if (num_layers <= mostLayers) return
  throw new ValueError(`num_layers is ${num_layers}; give at most ${mostLayers}`)
}

const listOfModules = new Signature('ModuleList.__init__', ['any modules'], 0, 'python')
const dictOfModules = new Signature('ModuleDict.__init__', ['dict? modules'], 0, 'python')
const listOfParameters = new Signature('ParameterList.__init__', ['any values'], 0, 'python')
const dictOfParameters = new Signature('ParameterDict.__init__', ['dict? parameters'], 0, 'python')

/** What is added at the end of a container, in a list. */
function listed<T>(container: string, items: Iterable<T>): readonly T[] {
  if (typeof items === 'object' && items !== null && Symbol.iterator in items) return [...items]
  throw new TypeError(`${container}.extend should be called with an iterable, but got ${typeName(items)}`)
}

/** A parameter of a container, made of a tensor. */
function parameterOf(container: string, value: Tensor): Parameter {
  if (value instanceof Parameter) return value
  if (value instanceof Tensor) return new Parameter(value)
  throw new TypeError(`${container}: expected a Tensor, got ${shown(value)}`)
}

/** Makes modules the fields `'0'`, `'1'`, … of a container, in place of those that were there. */
function renumber(container: AnyModule, modules: readonly AnyModule[]): void {
  for (const [key] of ownModules(container)) Reflect.deleteProperty(container, key)
  modules.forEach((module, i) => container.add_module(String(i), module))
}

/** Modules by name. */
export type NamedModules<M extends AnyModule = Module> = Readonly<Record<string, M>>

/**
 * Modules one after the other: each receives what the one before gives. By position (`seq[0]`, `seq.at(-1)`), or named by an
 * object. Where all of them are known to keep none of the tensors that pass through, as those of this package are, what one gives
 * to the next is freed as soon as no graph needs it.
 *
 * @example
 * const model = new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1))
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html
 */
export class Sequential extends Module {
  static readonly keepsNothing = true
  static override readonly _signatures = {
    forward: ['dict|any input'],
    at: ['int index'],
    append: ['any module'],
    extend: ['any sequential'],
  }
  readonly [index: number]: Module

  constructor(...modules: readonly Module[] | readonly [NamedModules])
  constructor(...modules: readonly (Module | NamedModules)[]) {
    super()
    const [first] = modules
    const isNamed =
      modules.length === 1 && typeof first === 'object' && !Array.isArray(first) && !(first instanceof Tensor)
    for (const [name, module] of Object.entries(isNamed ? first : modules)) this.add_module(name, module as Module)
  }

  forward(input: Tensor): Tensor {
    const modules = ownModules(this).map(([, module]) => module as Module)
    const run = (): Tensor => {
      let x = input
      for (const module of modules) x = module(x)
      return x
    }
    return forwardOf(this, run, modules)
  }

  /** How many modules it has. */
  override get length(): number {
    return ownModules(this).length
  }

  /** The module at an index; negative ones count from the back. */
  at(index: number): Module {
    const modules = [...this]
    return modules[place(this, index, modules.length)] as Module
  }

  /** Adds a module at the end. */
  append(module: Module): this {
    this.add_module(String(this.length), module)
    return this
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<Module>): this {
    for (const module of listed('Sequential', modules)) this.append(module)
    return this
  }

  *[Symbol.iterator](): Iterator<Module> {
    for (const [, module] of ownModules(this)) yield module as Module
  }
}

/** A list of modules, whose parameters are found. It has no `forward`: call its modules. */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> {
  [index: number]: M
  static readonly keepsNothing = true
  static override readonly _signatures = {
    at: ['int index'],
    append: ['any module'],
    extend: ['any modules'],
    insert: ['int index', 'any module'],
    pop: [null, 'int key'],
    map: ['function fn'],
    toString: [],
  }

  constructor(modules?: Iterable<M> | { readonly modules?: Iterable<M> })
  constructor(...args: readonly unknown[]) {
    super()
    const [given] = listOfModules.bind([...args])
    this.extend((given ?? []) as Iterable<M>)
  }

  forward(): never {
    throw missingForward(this)
  }

  /** How many modules it has. */
  override get length(): number {
    return ownModules(this).length
  }

  /** The module at an index; negative ones count from the back. */
  at(index: number): M {
    const modules = [...this]
    return modules[place(this, index, modules.length)] as M
  }

  /** Adds a module at the end. */
  append(module: M): this {
    this.add_module(String(this.length), module)
    return this
  }

  /** Adds modules at the end. */
  extend(modules: Iterable<M>): this {
    for (const module of listed('ModuleList', modules)) this.append(module)
    return this
  }

  /** Adds a module before the one at an index. */
  insert(index: number, module: M): void {
    const modules = [...this]
    modules.splice(place(this, index, modules.length, modules.length), 0, module)
    renumber(this, modules)
  }

  /** Takes out the module at an index, the last where left out, and returns it. */
  pop(index = -1): M {
    const modules = [...this]
    const [module] = modules.splice(place(this, index, modules.length), 1)
    renumber(this, modules)
    return module as M
  }

  /** Calls `fn` with each module and gives what it returns. */
  map<T>(fn: (module: M, index: number) => T): T[] {
    return [...this].map(fn)
  }

  *[Symbol.iterator](): Iterator<M> {
    for (const [, module] of ownModules(this)) yield module as M
  }

  override toString(): string {
    return moduleRepr(this._get_name(), '', repeatedLines([...this]))
  }
}

/** Modules by name, whose parameters are found. It has no `forward`: call its modules. */
export class ModuleDict<M extends AnyModule = Module, N extends NamedModules<M> = NamedModules<M>> extends Module<
  never,
  never
> {
  static readonly keepsNothing = true
  static override readonly _signatures = {
    get: ['str key'],
    set: ['str key', 'any module'],
    has: ['str key'],
    pop: ['str key'],
    update: ['dict modules'],
    keys: [],
    values: [],
    items: [],
  }
  constructor(modules?: N & NamedModules<M>)
  constructor(options: { readonly modules?: N & NamedModules<M> })
  constructor(...args: readonly unknown[]) {
    super()
    const [given] = dictOfModules.bind([...args])
    this.update((given ?? {}) as NamedModules<M>)
  }

  forward(): never {
    throw missingForward(this)
  }

  /** How many modules it has. */
  override get length(): number {
    return ownModules(this).length
  }

  /** The module of a name. */
  get<K extends keyof N & string>(name: K): N[K]
  get(name: string): N[keyof N]
  get(name: string): AnyModule {
    const found = ownModules(this).find(([key]) => key === name)
    if (found === undefined) throw new KeyError(`${name} (ModuleDict has ${this.keys().join(', ')})`)
    return found[1]
  }

  /** Adds a module under a name, or replaces it. */
  set(name: string, module: M): this {
    this.add_module(name, module)
    return this
  }

  has(name: string): boolean {
    return this.keys().includes(name)
  }

  /** Takes out a module and returns it. */
  pop<K extends keyof N & string>(name: K): N[K]
  pop(name: string): N[keyof N]
  pop(name: string): AnyModule {
    const module = this.get(name)
    Reflect.deleteProperty(this, name)
    return module
  }

  /** Adds modules by name. */
  update(modules: NamedModules<M>): void {
    for (const [name, module] of Object.entries(modules)) this.add_module(name, module)
  }

  keys(): string[] {
    return ownModules(this).map(([key]) => key)
  }

  values(): N[keyof N][] {
    return ownModules(this).map(([, module]) => module as N[keyof N])
  }

  items(): [string, N[keyof N]][] {
    return ownModules(this).map(([key, module]) => [key, module as N[keyof N]])
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.keys()
  }
}

/** A list of parameters, which are found. Tensors become parameters. */
export class ParameterList extends Module<never, never> {
  [index: number]: Parameter
  static readonly keepsNothing = true
  static override readonly _signatures = { append: ['any value'], extend: ['any values'], extra_repr: [] }

  constructor(values?: Iterable<Tensor> | { readonly values?: Iterable<Tensor> })
  constructor(...args: readonly unknown[]) {
    super()
    const [given] = listOfParameters.bind([...args])
    this.extend((given ?? []) as Iterable<Tensor>)
  }

  forward(): never {
    throw missingForward(this)
  }

  /** How many parameters it has. */
  override get length(): number {
    return this.named_parameters('', false).length
  }

  /** Adds a parameter at the end. */
  append(value: Tensor): this {
    this.register_parameter(String(this.length), parameterOf('ParameterList', value))
    return this
  }

  /** Adds parameters at the end. */
  extend(values: Iterable<Tensor>): this {
    for (const value of listed('ParameterList', values)) this.append(value)
    return this
  }

  *[Symbol.iterator](): Iterator<Parameter> {
    yield* this.parameters(false)
  }

  override extra_repr(): string {
    return [...this]
      .map((x, i) => `  (${i}): Parameter containing: [${x.dtype.toString()} of size ${x.shape.join('x')}]`)
      .join('\n')
  }
}

/** Parameters by name, which are found. Tensors become parameters. */
export class ParameterDict extends Module<never, never> {
  static readonly keepsNothing = true
  static override readonly _signatures = {
    get: ['str key'],
    set: ['str key', 'any parameter'],
    has: ['str key'],
    pop: ['str key'],
    clear: [],
    update: ['dict parameters'],
    keys: [],
    values: [],
    items: [],
    extra_repr: [],
  }
  constructor(
    parameters?: Readonly<Record<string, Tensor>> | { readonly parameters?: Readonly<Record<string, Tensor>> },
  )
  constructor(...args: readonly unknown[]) {
    super()
    const [given] = dictOfParameters.bind([...args])
    this.update((given ?? {}) as Readonly<Record<string, Tensor>>)
  }

  forward(): never {
    throw missingForward(this)
  }

  /** How many parameters it has. */
  override get length(): number {
    return this.items().length
  }

  /** The parameter of a name. */
  get(name: string): Parameter {
    const found = this.items().find(([key]) => key === name)
    if (found === undefined) {
      throw new KeyError(`${name} (ParameterDict has ${this.keys().join(', ')})`)
    }
    return found[1]
  }

  /** Adds a parameter under a name, or replaces it. */
  set(name: string, value: Tensor): this {
    this.register_parameter(name, parameterOf('ParameterDict', value))
    return this
  }

  has(name: string): boolean {
    return this.keys().includes(name)
  }

  /** Takes out a parameter and returns it. */
  pop(name: string): Parameter {
    const parameter = this.get(name)
    Reflect.deleteProperty(this, name)
    return parameter
  }

  /** Takes out all parameters. */
  clear(): void {
    for (const name of this.keys()) Reflect.deleteProperty(this, name)
  }

  /** Adds parameters by name. */
  update(values: Readonly<Record<string, Tensor>>): void {
    for (const [name, value] of Object.entries(values)) this.set(name, value)
  }

  keys(): string[] {
    return this.items().map(([key]) => key)
  }

  values(): Parameter[] {
    return this.items().map(([, parameter]) => parameter)
  }

  items(): [string, Parameter][] {
    return this.named_parameters({ recurse: false, remove_duplicate: false })
  }

  *[Symbol.iterator](): Iterator<string> {
    yield* this.keys()
  }

  override extra_repr(): string {
    return this.items()
      .map(([key, x]) => `  (${key}): Parameter containing: [${x.dtype.typeName} of size ${x.shape.join('x')}]`)
      .join('\n')
  }
}
