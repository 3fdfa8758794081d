import { repr, Tensor } from '@chainrule/core'
import { bindLayer, holdsValue, type LayerArguments } from '../arguments.ts'
import { Module } from './module.ts'

/** The options of a layer, by PyTorch's names, in the order in which PyTorch takes them by position. */
type Options = Readonly<Record<string, unknown>>

/** What a layer is made with: options, and before them what it needs, `R`, if it needs something. */
type Given<R extends object, P extends object> = keyof R extends never
  ? LayerArguments<P>
  : [first: R[keyof R] | (R & Partial<P>), ...LayerArguments<R & P>]

/** The class of a layer whose options are its fields. */
type LayerClass<R extends object, P extends object, A extends readonly Tensor[]> = new (
  ...args: Given<R, P>
) => Module<[...A]> & { forward(...inputs: [...A]): Tensor } & Readonly<R & P>

/** Makes the class of a layer; see `layer`. */
type MakeLayer<R extends object> = <P extends Options, A extends readonly Tensor[]>(
  defaults: P,
  run: (options: R & P & { readonly training: boolean }, ...inputs: A) => Tensor,
  text?: (options: R & P) => string,
  check?: (options: R & P) => void,
  inputs?: readonly string[],
) => LayerClass<R, P, A>

/** `alpha=1.0, inplace=True`: options as PyTorch writes them; numbers are floats, and `inplace` shows where it is true. */
export function namedOptions(options: Options): string {
  return Object.entries(options)
    .filter(([name, value]) => name !== 'inplace' || value === true)
    .map(([name, value]) => `${name}=${repr(value, { float: true })}`)
    .join(', ')
}

/**
 * A layer that is a function with options: its class to extend. Options become fields, and those that are tensors become
 * buffers. `run` receives the options and what `forward` was given, whose kinds and names are
 * `inputs`, one `input` where they are left out.
 */
export const layer: MakeLayer<object> = layerOf()

/**
 * As `layer`, of one that needs arguments: their names, in order, before those of the options.
 *
 * @example
 * class PixelShuffle extends layerOf<{ upscale_factor: number }>('upscale_factor')(
 *   {},
 *   ({ upscale_factor }, x: Tensor) => F.pixel_shuffle(x, upscale_factor),
 * ) {}
 */
export function layerOf<R extends object = object>(...required: readonly (keyof R & string)[]): MakeLayer<R> {
  return (...definition) => makeLayer(required, ...definition)
}

function makeLayer<R extends object, P extends Options, A extends readonly Tensor[]>(
  required: readonly (keyof R & string)[],
  defaults: P,
  run: (options: R & P & { readonly training: boolean }, ...inputs: A) => Tensor,
  text: (options: R & P) => string = () => '',
  check: (options: R & P) => void = () => {},
  inputs: readonly string[] = ['any input'],
): LayerClass<R, P, A> {
  const names = [...required, ...Object.keys(defaults)]
  /** The options as they are now: fields may be changed. */
  const optionsOf = <T extends object>(module: object, options: T): R & P & T => {
    for (const name of names) Reflect.set(options, name, Reflect.get(module, name))
    return options as R & P & T
  }
  const isPlain = required.length === 0 && Object.entries(defaults).every((option) => holdsValue(...option))
  class Layer extends Module<[...A]> {
    /** An option that may hold a function or a module may be run. */
    static readonly keepsNothing = isPlain ? 'leaf' : true
    static override readonly _signatures = { forward: inputs }
    constructor(...args: readonly unknown[]) {
      super()
      const options = bindLayer<P, R>(new.target.name, defaults, args, required)
      check(options)
      for (const [name, value] of Object.entries(options)) {
        if (value instanceof Tensor) this.register_buffer(name, value)
        else Reflect.set(this, name, value)
      }
    }
    forward(...inputs: [...A]): Tensor {
      return run(optionsOf(this, { training: this.training }), ...inputs)
    }
    override extra_repr(): string {
      return text(optionsOf(this, {}))
    }
  }
  // That the options are fields now, is what no type can see.
  const made: unknown = Layer
  return made as LayerClass<R, P, A>
}
