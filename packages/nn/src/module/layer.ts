import { repr, Tensor } from '@chainrule/core'
import { bindOptions, type LayerArguments } from '../arguments.ts'
import { Module } from './module.ts'

/** The options of a layer, by PyTorch's names, in the order in which PyTorch takes them by position. */
type Options = Readonly<Record<string, unknown>>

/** The class of a layer whose options are its fields. */
type LayerClass<P extends Options, A extends readonly Tensor[]> = new (
  ...args: LayerArguments<P>
) => Module<[...A]> & { forward(...inputs: [...A]): Tensor } & Readonly<P>

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
  const names = Object.keys(defaults)
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
      return run(Object.assign(this.#options(), { training: this.training }), ...inputs)
    }
    override extra_repr(): string {
      return text(this.#options())
    }
    /** The options as they are now: fields may be changed. */
    #options(): P {
      const options: Record<string, unknown> = {}
      for (const name of names) options[name] = Reflect.get(this, name)
      return options as P
    }
  }
  // That the options are fields now, is what no type can see.
  const made: unknown = Layer
  return made as LayerClass<P, A>
}
