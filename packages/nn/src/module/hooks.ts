/** Functions that run when a module is called. */
import { autograd, RuntimeError, Tensor, warnings } from '@chainrule/core'
import type { AnyModule } from './module.ts'

type Gradient = Tensor | null

/** Called before `forward` with its arguments; what it returns replaces them. */
export type ForwardPreHook<M = AnyModule> = (module: M, args: readonly unknown[]) => unknown
/** Called after `forward` with its arguments and its result; what it returns replaces the result. */
export type ForwardHook<M = AnyModule> = (module: M, args: readonly unknown[], output: unknown) => unknown
/** Called with the gradients of the inputs and of the outputs; what it returns replaces those of the inputs. */
export type BackwardHook<M = AnyModule> = (
  module: M,
  grad_input: readonly Gradient[],
  grad_output: readonly Gradient[],
) => void | Gradient | readonly Gradient[]
/** Called with the gradients of the outputs, before those of the inputs are computed; what it returns replaces them. */
export type BackwardPreHook<M = AnyModule> = (
  module: M,
  grad_output: readonly Gradient[],
) => void | Gradient | readonly Gradient[]

/** The hooks of a module, in the order in which they are called. */
export interface Hooks {
  readonly before: ForwardPreHook<never>[]
  readonly after: ForwardHook<never>[]
  readonly backward: BackwardHook<never>[]
  readonly beforeBackward: BackwardPreHook<never>[]
}

/** The hooks of each module that has some. */
const hooked = new WeakMap<object, Hooks>()

/** The hooks of a module; `undefined` where it has none. */
export const hooksOf = (module: object): Hooks | undefined => hooked.get(module)

/** Adds a hook, at the front with `prepend`. When the last one is taken off, the module is as it was. */
export function addHook<K extends keyof Hooks>(
  module: AnyModule,
  kind: K,
  hook: Hooks[K][number],
  { prepend = false }: { readonly prepend?: boolean } = {},
): autograd.RemovableHandle {
  const hooks = hooked.get(module) ?? { before: [], after: [], backward: [], beforeBackward: [] }
  hooked.set(module, hooks)
  const list: unknown[] = hooks[kind]
  if (prepend) list.unshift(hook)
  else list.push(hook)
  return {
    remove() {
      const at = list.indexOf(hook)
      if (at >= 0) list.splice(at, 1)
      const isBare = Object.values(hooks).every((all) => all.length === 0)
      // The module may have got other hooks since these were all taken off.
      if (isBare && hooked.get(module) === hooks) hooked.delete(module)
    },
  }
}

/** Calls a module that has hooks. */
export function callHooked(
  module: AnyModule,
  { before, after, backward, beforeBackward }: Hooks,
  args: readonly unknown[],
): unknown {
  const self = module as never
  const given = before.reduce<readonly unknown[]>((now, hook) => listed(hook(self, now)) ?? now, args)
  const watch = backward.length + beforeBackward.length > 0 ? new BackwardWatch(module, backward, beforeBackward) : null
  const inputs = watch === null ? given : watch.inputs(given)
  const output = after.reduce((now, hook) => hook(self, inputs, now) ?? now, module.forward(...(inputs as never)))
  return watch === null ? output : watch.outputs(output)
}

/** What a hook returned as a list; nothing where it returned nothing. */
function listed<T>(value: T | readonly T[] | null | undefined | void): readonly T[] | null {
  if (value === null || value === undefined) return null
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

/** A step of the graph that passes everything on: at it, gradients can be looked at. */
class BackwardHookFunction extends autograd.Function {
  static forward(context: autograd.FunctionContext, ...tensors: Tensor[]): Tensor[] {
    context.mark_non_differentiable(...tensors.filter((x) => !x.requires_grad))
    return tensors
  }
  static backward(_: autograd.FunctionContext, ...gradients: Gradient[]): Gradient[] {
    return gradients
  }
}

/** One call of a module with hooks on gradients: it sees those of the outputs, then those of the inputs. */
class BackwardWatch {
  readonly #module: AnyModule
  readonly #hooks: readonly BackwardHook<never>[]
  readonly #before: readonly BackwardPreHook<never>[]
  /** Which of the arguments are tensors, and how many arguments there are, where one of the tensors wants a gradient. */
  #places: readonly number[] | null = null
  #count = 0
  #outputs: readonly Gradient[] | null = null

  constructor(module: AnyModule, hooks: readonly BackwardHook<never>[], before: readonly BackwardPreHook<never>[]) {
    this.#module = module
    this.#hooks = hooks
    this.#before = before
  }

  /** The arguments, behind a step at which the hooks are called. */
  inputs(args: readonly unknown[]): readonly unknown[] {
    this.#count = args.length
    const places = args.flatMap((x, i) => (x instanceof Tensor ? [i] : []))
    const passed = pass(places.map((i) => args[i] as Tensor))
    if (passed === null) return args
    this.#places = places
    passed.node.register_hook((gradients) => {
      const outputs = this.#outputs
      if (outputs === null) return undefined
      this.#outputs = null
      const wide = Array.from({ length: this.#count }, (_, i): Gradient => gradients[places.indexOf(i)] ?? null)
      const replaced = this.#call(wide, outputs)
      return replaced === null ? undefined : places.map((i) => replaced[i] ?? null)
    })
    return args.map((x, i) => passed.tensors[places.indexOf(i)] ?? x)
  }

  /** The result, behind a step at which the gradients of the outputs are seen. */
  outputs(result: unknown): unknown {
    const isLone = result instanceof Tensor
    if (!isLone && !Array.isArray(result)) return result
    const all: readonly unknown[] = isLone ? [result] : result
    const places = all.flatMap((x, i) => (x instanceof Tensor ? [i] : []))
    const passed = pass(places.map((i) => all[i] as Tensor))
    if (passed === null) return result
    passed.node.register_prehook((gradients) => {
      const seen = this.#before.reduce<readonly Gradient[]>(
        (now, hook) => listed(hook(this.#module as never, now)) ?? now,
        all.map((_, i): Gradient => gradients[places.indexOf(i)] ?? null),
      )
      this.#outputs = seen
      if (this.#places === null) this.#withoutInputs(seen)
      return this.#before.length === 0 ? undefined : places.map((i) => seen[i] ?? null)
    })
    const out = all.map((x, i) => passed.tensors[places.indexOf(i)] ?? x)
    return isLone ? out[0] : out
  }

  /** Where no input wants a gradient, the hooks see only those of the outputs. */
  #withoutInputs(outputs: readonly Gradient[]): void {
    warnings.warn(
      'Full backward hook is firing when gradients are computed with respect to module outputs since no inputs require ' +
        'gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook ' +
        'for more details.',
    )
    const replaced = this.#call(
      Array.from({ length: this.#count }, () => null),
      outputs,
    )
    if (replaced?.some((gradient) => gradient !== null) === true) {
      throw new RuntimeError(
        'Backward hook for Modules where no input requires gradient should always return None or None for all gradients.',
      )
    }
  }

  #call(inputs: readonly Gradient[], outputs: readonly Gradient[]): readonly Gradient[] | null {
    let replaced: readonly Gradient[] | null = null
    for (const hook of this.#hooks) {
      const returned: readonly Gradient[] | null = listed(hook(this.#module as never, replaced ?? inputs, outputs))
      if (returned === null) continue
      if (returned.length !== inputs.length) {
        throw new RuntimeError(
          `Backward hook returned an invalid number of grad_input, got ${returned.length}, but expected ${inputs.length}`,
        )
      }
      replaced = returned
    }
    return replaced
  }
}

/** Tensors behind a step that passes them on, and that step; nothing where none of them wants a gradient. */
function pass(
  tensors: readonly Tensor[],
): { readonly tensors: readonly Tensor[]; readonly node: autograd.Node } | null {
  if (!tensors.some((x) => x.requires_grad)) return null
  const passed = BackwardHookFunction.apply(...tensors)
  const node = passed.find((x) => x.grad_fn !== null)?.grad_fn ?? null
  return node === null ? null : { tensors: passed, node }
}
