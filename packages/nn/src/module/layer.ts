import { repr, Tensor } from '@chainrule/core'
import { fields } from './members.ts'
import { Module } from './module.ts'

/** The options of a layer, by PyTorch's names, in the order in which PyTorch takes them by position. */
type Options = Readonly<Record<string, unknown>>

/** Options as PyTorch takes them: some by position, the rest by name in one last object. */
export type LayerArguments<P extends Options> = (P[keyof P] | Partial<P>)[]

/** The class of a layer whose options are its fields. */
type LayerClass<P extends Options, A extends readonly Tensor[]> = new (
  ...args: LayerArguments<P>
) => Module<[...A]> & { forward(...inputs: [...A]): Tensor } & Readonly<P>

/** The options of a call, by position or by name, with defaults for the rest. */
export function bindOptions<P extends Options>(layer: string, defaults: P, args: readonly unknown[]): P {
  const names = Object.keys(defaults)
  const last = args.at(-1)
  const isNamed = typeof last === 'object' && last !== null && !(last instanceof Tensor || Array.isArray(last))
  const positional = isNamed ? args.slice(0, -1) : args
  if (positional.length > names.length) {
    throw new TypeError(
      `${layer}: takes at most ${names.length} arguments (${names.join(', ')}), got ${positional.length}`,
    )
  }
  const bound: Record<string, unknown> = { ...defaults }
  positional.forEach((value, i) => {
    if (value !== undefined) bound[names[i] as string] = value
  })
  for (const [name, value] of isNamed ? fields(last) : []) {
    if (!names.includes(name)) {
      throw new TypeError(`${layer}: got an unexpected keyword argument '${name}'; it takes ${names.join(', ')}`)
    }
    if (value !== undefined) bound[name] = value
  }
  return bound as P
}

/** `alpha=1.0, inplace=True`: options as PyTorch writes them; numbers are floats, and `inplace` shows where it is true. */
export function namedOptions(options: Options): string {
  return Object.entries(options)
    .filter(([name, value]) => name !== 'inplace' || value === true)
    .map(([name, value]) => `${name}=${repr(value, { float: true })}`)
    .join(', ')
}

/**
 * A layer that is a function with options: its class to extend. Options become fields, and those that are tensors become
 * buffers. `run` receives the options and what `forward` was given.
 */
export function layer<P extends Options, A extends readonly Tensor[]>(
  defaults: P,
  run: (options: P & { readonly training: boolean }, ...inputs: A) => Tensor,
  text: (options: P) => string = () => '',
  check: (options: P) => void = () => {},
): LayerClass<P, A> {
  class Layer extends Module<[...A]> {
    static readonly keepsNothing = true
    constructor(...args: LayerArguments<P>) {
      super()
      const options = bindOptions(new.target.name, defaults, args)
      check(options)
      for (const [name, value] of Object.entries(options)) {
        if (value instanceof Tensor) this.register_buffer(name, value)
        else Reflect.set(this, name, value)
      }
    }
    forward(...inputs: [...A]): Tensor {
      return run({ ...this.#options(), training: this.training }, ...inputs)
    }
    override extra_repr(): string {
      return text(this.#options())
    }
    /** The options as they are now: fields may be changed. */
    #options(): P {
      return Object.fromEntries(Object.keys(defaults).map((name) => [name, Reflect.get(this, name)])) as P
    }
  }
  // That the options are fields now, is what no type can see.
  const made: unknown = Layer
  return made as LayerClass<P, A>
}
