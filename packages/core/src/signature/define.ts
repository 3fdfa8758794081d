/**
 * Functions called by position and by name, as PyTorch takes them: any number of arguments in order, then the rest in one last
 * object under PyTorch's keywords.
 */
import { Tensor } from '../tensor/tensor.ts'
import { fits, Quick } from './kinds.ts'
import type { Named } from './overloads.ts'
import { Signature, type Words } from './signature.ts'

/** A function that binds its arguments before it runs. */
export interface Bound {
  (...args: readonly unknown[]): unknown
  readonly signature: Signature
  /** Makes it a method of its first argument, under a name that messages use. */
  readonly method: (name: string) => (this: unknown, ...args: readonly unknown[]) => unknown
}

type Callable = (...args: readonly unknown[]) => unknown

/**
 * Gives a function a signature: kinds and PyTorch's names of its parameters, in order, each as `'Kind name'`. Those without a
 * default are required. `'Kind *name'` is a list that may be written one element after the other, `'Kind one|two'` has two
 * names, and what follows `'*'` goes by name only: the function takes it as one last object. Kinds are `Tensor`, `Number`,
 * `int`, `float`, `bool`, `str`, `dtype`, `device`, `Generator`, `function`, `dict` and `any`; `Kind[]` is a list, for
 * which one number may stand, `size` one of whole numbers for which none may, `Kind?` may
 * be null, and `One|Other` either.
 *
 * @param name how messages call it
 * @param parameters as `'Kind name'`
 * @param run what is called with the values in order
 * @param words the wording of messages: of PyTorch's functions in C++ (default), or of those in Python
 * @example
 * const narrow = signature(
 *   'narrow',
 *   ['Tensor input', 'int dim', 'int start', 'int length'],
 *   (x: Tensor, dim: number, start: number, length: number) => …,
 * )
 * narrow(x, 0, 1, 2)
 * narrow(x, 0, { start: 1, length: 2 })
 */
export function signature<const N extends readonly string[], F extends object>(
  name: string,
  parameters: N,
  run: F,
  words?: Words,
): F extends (...args: infer A) => infer R ? Named<N, A, R> : never
export function signature(name: string, parameters: readonly string[], run: object, words?: Words): unknown {
  const compute = run as Callable
  return bindTo(new Signature(name, parameters, compute.length, words), compute)
}

/** As `signature`, for a function whose result depends on what it is given: `F` has its calls. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names the calls, which no text can give
export function overloaded<F extends object>(
  name: string,
  parameters: readonly string[],
  run: (...args: never) => unknown,
  words?: Words,
): F & Pick<Bound, 'signature' | 'method'> {
  return bindTo(new Signature(name, parameters, run.length, words), run as Callable) as never
}

/**
 * Makes `run` a function that binds its arguments, by a signature, before it runs. Calls of few arguments that need no change
 * run at once: a rest parameter and a loop would take longer than the rest of a small op.
 */
export function bindTo(signature: Signature, run: Callable): Bound {
  // The signature is read at the first call, which cannot have so many arguments.
  let required = Number.POSITIVE_INFINITY
  let ints = -1
  let [first, second, third] = unread
  const call = function (a: unknown, b: unknown, c: unknown): unknown {
    const { length } = arguments
    if (length >= required && fits(first, a)) {
      if (length === 1) return run(a)
      if (length === 2 && fits(second, b)) return run(a, b)
      if (length === 3 && fits(second, b) && fits(third, c)) return run(a, b, c)
    }
    if (required === Number.POSITIVE_INFINITY) {
      ;({
        required,
        ints,
        quick: [first, second, third],
      } = signature)
      return Reflect.apply(call, undefined, arguments)
    }
    if (ints === 0 && length > 0) {
      const size = intsOf(arguments)
      if (size !== null) return run(size)
    }
    return run(...signature.bind([...arguments]))
  }
  return Object.defineProperties(call, {
    name: { value: signature.name },
    signature: { value: signature },
    method: { value: (name: string) => methodOf(signature, name, run) },
  }) as typeof call & Bound
}

/** What no value fits. */
const unread: Signature['quick'] = [Quick.never, Quick.never, Quick.never, Quick.never]

/** The whole numbers that arguments are, one after the other or in one array; null where they are something else too. */
function intsOf(args: IArguments): readonly number[] | null {
  const given: ArrayLike<unknown> = args.length === 1 && Array.isArray(args[0]) ? args[0] : args
  const ints: number[] = []
  for (let i = 0; i < given.length; i++) {
    const value = given[i]
    if (!Number.isSafeInteger(value)) return null
    ints.push(value as number)
  }
  return ints
}

/** `run` as a method of its first argument. */
export function methodOf(signature: Signature, name: string, run: Callable) {
  let required = Number.POSITIVE_INFINITY
  let ints = -1
  let [first, second, third, fourth] = unread
  const method = function (this: unknown, a: unknown, b: unknown, c: unknown): unknown {
    const { length } = arguments
    if (length + 1 >= required && fits(first, this)) {
      if (length === 0) return run(this)
      if (length === 1 && fits(second, a)) return run(this, a)
      if (length === 2 && fits(second, a) && fits(third, b)) return run(this, a, b)
      if (length === 3 && fits(second, a) && fits(third, b) && fits(fourth, c)) return run(this, a, b, c)
    }
    if (required === Number.POSITIVE_INFINITY) {
      ;({
        required,
        ints,
        quick: [first, second, third, fourth],
      } = signature)
      return Reflect.apply(method, this, arguments)
    }
    if (ints === 1 && length > 0 && this instanceof Tensor) {
      const size = intsOf(arguments)
      if (size !== null) return run(this, size)
    }
    return run(...signature.bind([this, ...arguments], 1, name))
  }
  return Object.defineProperty(method, 'signature', { value: signature })
}

/** The parameters of methods, `'Kind name'` each; those that have a default come after a `null`. */
export type MethodParameters = Readonly<Record<string, readonly (string | null)[]>>

/**
 * Makes methods of a class bind their arguments before they run. Called without arguments where none is required, or with one or
 * two that need no change, a method runs as it is.
 *
 * @param prototype of the class; its methods are replaced.
 * @param title how messages name a method of an object.
 */
export function bindMethods(
  prototype: object,
  signatures: MethodParameters,
  words?: Words,
  title: (method: string, self: unknown) => string = (method) => method,
): void {
  for (const [name, given] of Object.entries(signatures)) {
    const own = Reflect.get(prototype, name) as (this: unknown, ...args: readonly unknown[]) => unknown
    const optional = given.indexOf(null)
    const parameters = given.filter((text) => text !== null)
    const required = optional < 0 ? [...parameters, '*'].indexOf('*') : optional
    const bound = new Signature(name, ['any self', ...parameters], required + 1, words)
    let [first, second] = unread
    const method = function (this: unknown, a: unknown, b: unknown): unknown {
      const { length } = arguments
      if (length >= required) {
        if (length === 0) return own.call(this)
        if (length === 1 && fits(first, a)) return own.call(this, a)
        if (length === 2 && fits(first, a) && fits(second, b)) return own.call(this, a, b)
      }
      ;[, first, second] = bound.quick
      const given = parameters.length === 1 && isOfMap(arguments) ? [a] : arguments
      const [, ...values] = bound.bind([this, ...given], 1, title(name, this))
      return own.apply(this, values)
    }
    Object.defineProperties(method, { name: { value: name }, signature: { value: bound } })
    Object.defineProperty(prototype, name, { value: method, configurable: true, writable: true })
  }
}

/** True for what `list.map(layer)` calls a layer with: an element, its index and the list. */
const isOfMap = ({ length, 0: item, 1: index, 2: list }: IArguments): boolean =>
  length === 3 && typeof index === 'number' && Array.isArray(list) && list[index] === item

const boundClasses = new WeakSet()
/** Methods that messages name by the object's own class, as in PyTorch, where each class has its own. */
const ofEach: readonly string[] = ['forward', 'step']

/**
 * Makes the methods of a class, and of those that it extends, bind their arguments: each class says by `static _signatures` what its
 * own methods take. Constructors call it, and not the module that has the class, so that bundlers can drop what nobody makes.
 *
 * @param made the class, `new.target`.
 */
export function bindClass(made: object): void {
  let one: object | null = made
  while (typeof one === 'function' && !boundClasses.has(one)) {
    boundClasses.add(one)
    const { name, prototype } = one as { readonly name: string; readonly prototype: object }
    const title = (method: string, self: unknown): string =>
      `${ofEach.includes(method) ? (self as object).constructor.name : name}.${method}`
    if (Object.hasOwn(one, '_signatures')) {
      bindMethods(prototype, Reflect.get(one, '_signatures') as MethodParameters, 'python', title)
    }
    one = Object.getPrototypeOf(one) as object | null
  }
}
