import {
  AttributeError,
  type autograd,
  type DeviceName,
  DType,
  float32,
  float64,
  KeyError,
  type MethodParameters,
  Signature,
  Tensor,
  TypeError,
  ValueError,
} from '@chainrule/core'
import { Callable } from './callable.ts'
import { addHook, type BackwardHook, type BackwardPreHook, type ForwardHook, type ForwardPreHook } from './hooks.ts'
import { declareParameters, ownBuffers, ownModules, ownParameters, registerBuffer, typename } from './members.ts'
import { Parameter } from './parameter.ts'
import { childLines, moduleRepr } from './repr.ts'
import { collectState, type IncompatibleKeys, loadState, type StateDict } from './state.ts'

/** A module, whatever its `forward` takes and gives. */
export type AnyModule = Module<never, unknown>

/** Where a hook goes. */
export interface HookOptions {
  /** Before those that are there. */
  readonly prepend?: boolean
}

/** How `named_parameters` and its kin name what they find, and how far they look. */
export interface MemberOptions {
  /** Put before every name, with a dot. */
  readonly prefix?: string
  /** Look into submodules too. */
  readonly recurse?: boolean
  /** Give what is shared once, under its first name. */
  readonly remove_duplicate?: boolean
}

const listed = [null, 'str prefix', 'bool recurse', 'bool remove_duplicate']
const hooked = ['function hook', '*', 'bool prepend']

const inspect = Symbol.for('nodejs.util.inspect.custom')

/**
 * A part of a network: fields, of which every `Parameter`, `Buffer` and `Module` is found by name, and `forward`. Fields are
 * found in the order of their declaration; those that begin with `#` are not found. A module is a function: `model(x)` runs its
 * hooks and `forward`, which by itself runs no hooks.
 *
 * @example
 * class Net extends nn.Module {
 *   hidden = new nn.Linear(2, 8)
 *   output = new nn.Linear(8, 1)
 *   forward(x: Tensor) { return this.output(this.hidden(x).relu()) }
 * }
 * @see https://pytorch.org/docs/stable/generated/torch.nn.Module.html
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- they are there for who extends the class
export abstract class Module<Args extends readonly unknown[] = [input: Tensor], Result = Tensor> extends Callable {
  /** What the methods take, as `bindClass` reads it. */
  static readonly _signatures: MethodParameters = {
    parameters: [null, 'bool recurse'],
    named_parameters: listed,
    buffers: [null, 'bool recurse'],
    named_buffers: listed,
    children: [],
    named_children: [],
    modules: [],
    named_modules: [null, 'str prefix', 'bool remove_duplicate'],
    register_parameter: ['any name', 'dict|any param'],
    register_buffer: ['any name', 'dict|any tensor', null, 'bool persistent'],
    add_module: ['any name', 'dict|any module'],
    register_module: ['any name', 'dict|any module'],
    get_submodule: ['str target'],
    get_parameter: ['str target'],
    get_buffer: ['str target'],
    state_dict: [null, '*', 'str prefix', 'bool keep_vars'],
    load_state_dict: ['dict|any state_dict', null, 'bool strict'],
    train: [null, 'any mode'],
    eval: [],
    zero_grad: [null, 'bool set_to_none'],
    requires_grad_: [null, 'bool requires_grad'],
    to: [null, 'dtype|device|Tensor target', 'dtype? second', '*', 'device? device', 'dtype? dtype', 'Tensor tensor'],
    float: [],
    double: [],
    register_forward_pre_hook: hooked,
    register_forward_hook: hooked,
    register_full_backward_hook: ['function hook', null, 'bool prepend'],
    register_full_backward_pre_hook: ['function hook', null, 'bool prepend'],
    extra_repr: [],
    toString: [],
  }
  /** Whether layers such as dropout behave as in training. Set by `train()` and `eval()`. */
  training = true

  /** What the module computes. Call the module itself, `model(x)`: this method runs no hooks. */
  abstract override forward(...args: Args): Result

  // What is found by name ----------------------------------------------------------------------------------------------

  /** All parameters, each once. */
  parameters(recurse?: boolean | { readonly recurse?: boolean }): Parameter[] {
    return this.named_parameters('', recurse as boolean | undefined).map(([, parameter]) => parameter)
  }

  /** All parameters, each once, with their paths. */
  named_parameters(options?: MemberOptions): [string, Parameter][]
  named_parameters(prefix?: string, recurse?: boolean, remove_duplicate?: boolean): [string, Parameter][]
  named_parameters(prefix?: unknown, recurse?: boolean, remove_duplicate?: boolean): [string, Parameter][] {
    return this.#members(ownParameters, prefix as string | undefined, recurse, remove_duplicate)
  }

  /** All buffers, each once. */
  buffers(recurse?: boolean | { readonly recurse?: boolean }): Tensor[] {
    return this.named_buffers('', recurse as boolean | undefined).map(([, buffer]) => buffer)
  }

  /** All buffers, each once, with their paths. */
  named_buffers(options?: MemberOptions): [string, Tensor][]
  named_buffers(prefix?: string, recurse?: boolean, remove_duplicate?: boolean): [string, Tensor][]
  named_buffers(prefix?: unknown, recurse?: boolean, remove_duplicate?: boolean): [string, Tensor][] {
    return this.#members((module) => ownBuffers(module), prefix as string | undefined, recurse, remove_duplicate)
  }

  /** The modules directly in this one. */
  children(): AnyModule[] {
    return this.named_children().map(([, child]) => child)
  }

  /** The modules directly in this one, each once, with their names. */
  named_children(): [string, AnyModule][] {
    const seen = new Set<AnyModule>()
    return ownModules(this).filter(([, child]) => !seen.has(child) && seen.add(child))
  }

  /** This module and all within it, each once. */
  modules(): AnyModule[] {
    return this.named_modules().map(([, module]) => module)
  }

  /** This module and all within it, with their paths. */
  named_modules(options?: Omit<MemberOptions, 'recurse'>): [string, AnyModule][]
  named_modules(prefix?: string, remove_duplicate?: boolean): [string, AnyModule][]
  named_modules(prefix: unknown = '', remove_duplicate = true): [string, AnyModule][] {
    const found: [string, AnyModule][] = []
    const seen = new Set<AnyModule>()
    const walk = (module: AnyModule, path: string): void => {
      if (remove_duplicate && seen.has(module)) return
      seen.add(module)
      found.push([path, module])
      for (const [key, child] of ownModules(module)) walk(child, path === '' ? key : `${path}.${key}`)
    }
    walk(this, prefix as string)
    return found
  }

  #members<T extends Tensor>(
    own: (module: AnyModule) => [string, T][],
    prefix = '',
    recurse = true,
    remove_duplicate = true,
  ): [string, T][] {
    const modules: [string, AnyModule][] = recurse ? this.named_modules(prefix, remove_duplicate) : [[prefix, this]]
    const seen = new Set<T>()
    const found: [string, T][] = []
    for (const [path, module] of modules) {
      for (const [key, member] of own(module)) {
        if (remove_duplicate && seen.has(member)) continue
        seen.add(member)
        found.push([path === '' ? key : `${path}.${key}`, member])
      }
    }
    return found
  }

  // Adding by name -----------------------------------------------------------------------------------------------------

  /** Makes a parameter the field `name`. */
  register_parameter(name: string, parameter: Parameter | null): void {
    this.#checkName('parameter', name)
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new TypeError(
        `cannot assign '${typename(parameter)}' object to parameter '${name}' (torch.nn.Parameter or None required)`,
      )
    }
    Reflect.set(this, name, parameter)
    declareParameters(this, name)
  }

  /** Makes a tensor the field `name` and part of the module's state, unless it is not `persistent`. */
  register_buffer(
    name: string,
    tensor: Tensor | null,
    persistent: boolean | { readonly persistent?: boolean } = true,
  ): void {
    this.#checkName('buffer', name)
    if (tensor !== null && !(tensor instanceof Tensor)) {
      throw new TypeError(
        `cannot assign '${typename(tensor)}' object to buffer '${name}' (torch Tensor or None required)`,
      )
    }
    registerBuffer(this, name, persistent as boolean)
    Reflect.set(this, name, tensor)
  }

  /** Makes a module the field `name`. */
  add_module(name: string, module: AnyModule | null): void {
    if (module !== null && !(module instanceof Module)) {
      throw new TypeError(`${typename(module)} is not a Module subclass`)
    }
    this.#checkName('module', name)
    Reflect.set(this, name, module)
  }

  /** As `add_module`. */
  register_module(name: string, module: AnyModule | null): void {
    this.add_module(name, module)
  }

  #checkName(kind: 'parameter' | 'buffer' | 'module', name: string): void {
    if (typeof name !== 'string') {
      throw new TypeError(`${kind} name should be a string. Got ${typename(name)}`)
    }
    const now: unknown = Reflect.get(this, name)
    // A field that was declared and not yet set is there to be filled.
    const isFree = kind === 'module' ? now instanceof Module : now instanceof Tensor
    if (now !== undefined && now !== null && !isFree) throw new KeyError(`attribute '${name}' already exists`)
    if (name.includes('.')) {
      throw new KeyError(`${kind} name can't contain "."${kind === 'module' ? `, got: ${name}` : ''}`)
    }
    if (name === '') throw new KeyError(`${kind} name can't be empty string ""`)
  }

  // Finding by path ----------------------------------------------------------------------------------------------------

  /** The module at a path such as `'encoder.0'`; this one for `''`. */
  get_submodule(target: string): AnyModule {
    if (target === '') return this
    const [name = '', ...rest] = target.split('.')
    const child: unknown = Reflect.get(this, name)
    if (child === undefined) throw new AttributeError(`${this._get_name()} has no attribute \`${name}\``)
    if (!(child instanceof Module)) throw new AttributeError(`\`${name}\` is not an nn.Module`)
    return child.get_submodule(rest.join('.'))
  }

  /** The parameter at a path such as `'encoder.0.weight'`. */
  get_parameter(target: string): Parameter {
    const found = this.#at(target)
    if (!(found instanceof Parameter)) throw new AttributeError(`\`${last(target)}\` is not an nn.Parameter`)
    return found
  }

  /** The buffer at a path such as `'norm.running_mean'`. */
  get_buffer(target: string): Tensor {
    this.#at(target)
    const owner = this.get_submodule(target.slice(0, Math.max(0, target.lastIndexOf('.'))))
    const found = ownBuffers(owner).find(([key]) => key === last(target))
    if (found === undefined) throw new AttributeError(`\`${last(target)}\` is not a buffer`)
    return found[1]
  }

  #at(target: string): unknown {
    const owner = this.get_submodule(target.slice(0, Math.max(0, target.lastIndexOf('.'))))
    const found: unknown = Reflect.get(owner, last(target))
    if (found === undefined) throw new AttributeError(`${owner._get_name()} has no attribute \`${last(target)}\``)
    return found
  }

  // State --------------------------------------------------------------------------------------------------------------

  /**
   * Every parameter and persistent buffer by its path. The tensors share the module's memory; with `keep_vars` they are the
   * parameters themselves.
   */
  state_dict({ prefix = '', keep_vars = false }: { prefix?: string; keep_vars?: boolean } = {}): StateDict {
    return collectState(this, prefix, keep_vars)
  }

  /**
   * Copies a state into this module's tensors. With `strict: false`, missing and unexpected keys are only reported.
   *
   * @throws RuntimeError that lists missing, unexpected and mismatched keys; then nothing has changed.
   */
  load_state_dict(
    state_dict: Readonly<StateDict>,
    strict: boolean | { readonly strict?: boolean } = true,
  ): IncompatibleKeys {
    return loadState(this, state_dict, strict as boolean)
  }

  /** Names of state that `load_state_dict` may leave as it is: checkpoints from before there was such a state lack them. */
  _optional_state(): readonly string[] {
    return []
  }

  // Everything within --------------------------------------------------------------------------------------------------

  /** Sets this module and all within it to training mode, or out of it. */
  train(mode: boolean | { readonly mode?: boolean } = true): this {
    if (typeof mode !== 'boolean') throw new ValueError('training mode is expected to be boolean')
    this.training = mode
    for (const child of this.children()) child.train(mode)
    return this
  }

  /** Sets this module and all within it to evaluation mode. */
  eval(): this {
    return this.train(false)
  }

  /** Clears the gradients of all parameters: to `null`, or to zeros with `set_to_none: false`. */
  zero_grad(set_to_none: boolean | { readonly set_to_none?: boolean } = true): void {
    for (const parameter of this.parameters()) {
      if (set_to_none === true) parameter.grad = null
      else if (parameter.grad !== null) parameter.grad = parameter.grad.detach().zero_()
    }
  }

  /** Calls `fn` with every module within, the children first, and then with this one. */
  apply(fn: (module: AnyModule) => void): this
  /** As any function's: calls this module with `args`. Spread calls that are compiled to old JavaScript are written so. */
  apply(self: unknown, args: readonly unknown[]): unknown
  apply(...given: unknown[]): unknown {
    const [, args] = given
    if (Array.isArray(args)) return Reflect.apply(this as never, null, args)
    const [visit] = applied.bind(given) as [(module: AnyModule) => void]
    for (const child of this.children()) child.apply(visit)
    visit(this)
    return this
  }

  /** Switches gradients on or off for all parameters. */
  requires_grad_(requires_grad: boolean | { readonly requires_grad?: boolean } = true): this {
    for (const parameter of this.parameters()) parameter.requires_grad_(requires_grad as boolean)
    return this
  }

  /** Moves every parameter and buffer to a device, or to a floating point dtype (integers stay as they are). */
  to(
    target:
      | DType
      | DeviceName
      | Tensor
      | { readonly dtype?: DType; readonly device?: DeviceName; readonly tensor?: Tensor },
    options?: DType | { readonly dtype?: DType },
  ): this
  to(target?: unknown, second?: unknown, options: { dtype?: DType; device?: DeviceName; tensor?: Tensor } = {}): this {
    const like = target instanceof Tensor ? target : options.tensor
    const device = like?.device ?? (typeof target === 'string' ? (target as DeviceName) : options.device)
    const dtype = like?.dtype ?? [target, second].find((given) => given instanceof DType) ?? options.dtype
    if (dtype !== undefined && !dtype.is_floating_point) {
      throw new TypeError(
        `nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=${dtype.toString()}`,
      )
    }
    return this._apply((x) => x.to({ device, dtype: x.is_floating_point() ? dtype : undefined }))
  }

  /** All floating point parameters and buffers as float32. */
  float(): this {
    return this.to(float32)
  }

  /** All floating point parameters and buffers as float64. */
  double(): this {
    return this.to(float64)
  }

  /** Replaces the contents of every parameter, its gradient and every buffer; the tensors stay the same objects. */
  _apply(change: (x: Tensor) => Tensor): this {
    for (const parameter of this.parameters()) {
      parameter.data = change(parameter.data)
      if (parameter.grad !== null) {
        const gradient = change(parameter.grad.data)
        parameter.grad = null
        parameter.grad = gradient
      }
    }
    for (const buffer of this.buffers()) buffer.data = change(buffer.data)
    return this
  }

  // Hooks --------------------------------------------------------------------------------------------------------------

  /**
   * Calls `hook(module, args)` before each `forward`. What it returns takes the place of the arguments: a list of them, or the only
   * one. `prepend` puts it before the hooks that are there.
   *
   * @example
   * const handle = model.register_forward_pre_hook((_, [x]) => x.mul(2))
   * handle.remove()
   */
  register_forward_pre_hook(hook: ForwardPreHook<this>, options: HookOptions = {}): autograd.RemovableHandle {
    return addHook(this, 'before', hook, options)
  }

  /** Calls `hook(module, args, output)` after each `forward`. What it returns takes the place of the output. */
  register_forward_hook(hook: ForwardHook<this>, options: HookOptions = {}): autograd.RemovableHandle {
    return addHook(this, 'after', hook, options)
  }

  /**
   * Calls `hook(module, grad_input, grad_output)` when the gradients of what went into a `forward` have been computed; `null` for
   * what has none. What it returns takes the place of `grad_input`.
   */
  register_full_backward_hook(
    hook: BackwardHook<this>,
    prepend: boolean | HookOptions = false,
  ): autograd.RemovableHandle {
    return addHook(this, 'backward', hook, { prepend: prepend as boolean })
  }

  /**
   * Calls `hook(module, grad_output)` before the gradients of what went into a `forward` are computed. What it returns takes the
   * place of `grad_output`.
   */
  register_full_backward_pre_hook(
    hook: BackwardPreHook<this>,
    prepend: boolean | HookOptions = false,
  ): autograd.RemovableHandle {
    return addHook(this, 'beforeBackward', hook, { prepend: prepend as boolean })
  }

  // Text ---------------------------------------------------------------------------------------------------------------

  /** The name of the class. */
  override _get_name(): string {
    return this.constructor.name
  }

  /** What stands in the parentheses of this module's text: its options, on one line or several; `torch.repr` writes values. */
  extra_repr(): string {
    return ''
  }

  override toString(): string {
    return moduleRepr(this._get_name(), this.extra_repr(), childLines(ownModules(this)))
  }

  [inspect](): string {
    return this.toString()
  }
}

export interface Module<Args extends readonly unknown[] = [input: Tensor], Result = Tensor> {
  /** Runs the hooks and `forward`. */
  (...args: Parameters<this['forward']>): ReturnType<this['forward']>
  /** For generic code, where `forward` is not known yet. */
  (...args: Args): Result
}

/** What `apply` takes where it is PyTorch's. */
const applied = new Signature('Module.apply', ['function fn'], 1, 'python')

const last = (path: string): string => path.slice(path.lastIndexOf('.') + 1)
