// Runs a program here, from the sources of the packages.

import * as torch from '../../packages/core/src/index.ts'
import * as nn from '../../packages/nn/src/index.ts'
import {
  type Argument,
  type DTypeName,
  type Final,
  type Observed,
  type Outcome,
  type Program,
  type Seen,
  type Statement,
  uses,
} from './program.ts'

type Callable = (...args: unknown[]) => unknown

const DTYPES: Readonly<Record<DTypeName, torch.DType>> = {
  float32: torch.float32,
  float64: torch.float64,
  int32: torch.int32,
  uint8: torch.uint8,
  bool: torch.bool,
}
const NUMBERS = { nan: Number.NaN, inf: Number.POSITIVE_INFINITY, '-inf': Number.NEGATIVE_INFINITY, '-0': -0 }
const HOLDERS: Readonly<Record<string, object>> = { torch, F: nn.functional, linalg: torch.linalg }

/** Whether there is an op of that name here. */
export function exists(op: string): boolean {
  const [holder = '', name = ''] = op.split('.')
  if (holder === 'layer') return name in nn
  return holder === 'Tensor' ? name in torch.Tensor.prototype : name in (HOLDERS[holder] ?? { [name]: true })
}

const member = (holder: object, name: string): unknown => Reflect.get(holder, name) as unknown

/** A number as JSON has it. */
const number = (value: number | boolean): number | string | boolean =>
  typeof value === 'boolean' || (Number.isFinite(value) && !Object.is(value, -0))
    ? value
    : Number.isNaN(value)
      ? 'nan'
      : value === 0
        ? '-0'
        : value > 0
          ? 'inf'
          : '-inf'

/** The parts of a result that is several: a list, or named fields. */
export function partsOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value
  if (typeof value !== 'object' || value === null || value instanceof torch.Tensor || value instanceof nn.Module)
    return null
  return Object.getPrototypeOf(value) === Object.prototype || Symbol.iterator in value ? Object.values(value) : null
}

/** What can be seen of a value, its text where that is asked for: to print takes longest. */
function look(value: unknown, text = true): Seen {
  if (value instanceof torch.Tensor) {
    const flat = value.detach().reshape(-1).tolist<(number | boolean)[]>()
    return {
      dtype: value.dtype.name,
      shape: [...value.shape],
      strides: [...value.strides],
      values: flat.map(number),
      requires_grad: value.requires_grad,
      is_leaf: value.is_leaf,
      is_view: value.viewOf !== null && value.requires_grad,
      grad_fn: value.grad_fn?.name() ?? null,
      text: text ? String(value) : null,
    }
  }
  const parts = partsOf(value)
  if (parts !== null) return { parts: parts.map((part) => look(part)) }
  if (value instanceof nn.Module) return { plain: String(value) }
  if (typeof value === 'number') return { plain: number(value) }
  if (value === undefined || value === null) return { plain: null }
  return { plain: typeof value === 'boolean' || typeof value === 'string' ? value : typeof value }
}

/** What a statement comes to that uses the result of one that failed. */
const NOT_RUN: Observed = { error: 'NotRun', message: '' }

/** A program that runs, statement by statement. */
export class Run {
  readonly values = new Map<string, unknown>()
  /** The version of each tensor when it was made. */
  readonly #made = new Map<torch.Tensor, number>()

  constructor(seed: number) {
    torch.manual_seed(seed)
  }

  #value(argument: Argument): unknown {
    if (Array.isArray(argument)) return (argument as readonly Argument[]).map((part) => this.#value(part))
    if (typeof argument !== 'object' || argument === null) return argument
    const tagged = argument as Exclude<typeof argument, readonly Argument[]>
    if ('dtype' in tagged) return DTYPES[tagged.dtype]
    if ('slice' in tagged) return torch.Slice(...tagged.slice)
    if ('number' in tagged) return NUMBERS[tagged.number]
    const value = this.values.get(tagged.ref)
    return tagged.at === undefined ? value : partsOf(value)?.[tagged.at]
  }

  #input([dtype, shape, values, requires_grad]: readonly Argument[]): torch.Tensor {
    const data = this.#value(values as Argument) as number[]
    const type = this.#value(dtype as Argument) as torch.DType
    const flat = data.length === 0 ? torch.zeros([0], { dtype: type }) : torch.tensor(data, { dtype: type })
    const x = flat.reshape(shape as readonly number[]).clone()
    return requires_grad === true ? x.requires_grad_() : x
  }

  #call({ op, args, kwargs }: Statement): unknown {
    const [first, ...rest] = args.map((argument) => this.#value(argument))
    const options =
      kwargs === undefined
        ? undefined
        : Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, this.#value(value)]))
    const list = options === undefined ? rest : [...rest, options]
    const [holder = '', name = ''] = op.split('.')
    const method = (of: unknown, name: string, list: readonly unknown[]): unknown => {
      const found = member(of as object, name)
      return (found as Callable).apply(of, [...list])
    }
    if (op === 'input') return this.#input(args)
    if (op === 'index') return method(first, 'index', rest)
    if (op === 'setindex') return method(first, 'index_put_', rest)
    if (op === 'backward') return method(first, 'backward', list) ?? null
    if (op === 'hook') {
      ;(first as torch.Tensor).register_hook((g) => g.mul(rest[0] as number))
      return null
    }
    if (op === 'grad') return (torch.autograd.grad as Callable)(first, ...list)
    if (op === 'apply') return (first as Callable)(...list)
    if (holder === 'get') return member(first as object, name)
    if (holder === 'layer') {
      const Layer = member(nn, name) as new (...args: unknown[]) => unknown
      return new Layer(...args.map((argument) => this.#value(argument)), ...(options === undefined ? [] : [options]))
    }
    if (holder === 'Tensor') return method(first, name, list)
    return method(
      HOLDERS[holder],
      name,
      options === undefined ? args.map((argument) => this.#value(argument)) : [first, ...list],
    )
  }

  /** Runs one statement. */
  step(statement: Statement): Observed {
    if (uses(statement).some((name) => !this.values.has(name))) return NOT_RUN
    try {
      const run = (): unknown => this.#call(statement)
      const value =
        statement.mode === undefined
          ? run()
          : statement.mode === 'no_grad'
            ? torch.no_grad(run)
            : torch.inference_mode(run)
      this.values.set(statement.out, value)
      for (const [, x] of this.#tensorsOf(statement.out)) {
        if (!this.#made.has(x) && !x.is_inference()) this.#made.set(x, x._version)
      }
      return { seen: look(value) }
    } catch (error) {
      const { name, message } = error as Error
      return { error: name, message: message.split('\n')[0] ?? '' }
    }
  }

  /** The tensors of a result, with their names. */
  #tensorsOf(name: string): [string, torch.Tensor][] {
    const value = this.values.get(name)
    const named: [string, unknown][] =
      value instanceof nn.Module
        ? Object.entries(value.state_dict({ keep_vars: true })).map(([key, part]) => [`${name}.${key}`, part])
        : (partsOf(value)?.map((part, i) => [`${name}[${i}]`, part]) ?? [[name, value]])
    return named.filter((pair): pair is [string, torch.Tensor] => pair[1] instanceof torch.Tensor)
  }

  /** All tensors as they are now, with their gradients. */
  finish(): Final[] {
    return [...this.values.keys()]
      .flatMap((name) => this.#tensorsOf(name))
      .map(([name, x]) => ({
        name,
        seen: look(x, false),
        changes: x.is_inference() ? null : x._version - (this.#made.get(x) ?? 0),
        grad: x.grad === null ? null : look(x.grad, false),
      }))
  }
}

/** What a program comes to here. */
export function runHere(program: Program): Outcome {
  const run = new Run(program.seed)
  const observed = program.statements.map((statement) => run.step(statement))
  return { observed, final: run.finish() }
}
