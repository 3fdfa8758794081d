// Draws the parts of a random program: inputs, arguments, and statements that fit what is there already.

import * as torch from '../../packages/core/src/index.ts'
import { partsOf, Run } from './here.ts'
import type { Argument, DTypeName, Observed, Program, Statement } from './program.ts'
import { Random } from './random.ts'

export type Ref = { readonly ref: string; readonly at?: number }
export type Kind = 'float' | 'int' | 'bool' | 'number' | 'any'

/** What a tensor has to be like. */
export interface Wanted {
  readonly kind?: Kind
  readonly dtype?: DTypeName
  readonly shape?: readonly number[]
  readonly min?: number
  readonly max?: number
  /** No size of 0. */
  readonly full?: boolean
  /** Whether a tensor that is there already will do. */
  readonly fresh?: boolean
  /** Where the numbers lie. */
  readonly values?: 'unit' | 'positive' | 'any'
  /** The bounds of whole numbers, both included. */
  readonly low?: number
  readonly high?: number
  readonly grad?: boolean
}

/** An argument with its name, given by position or by name; `undefined` is left out. */
export type NamedArgument = readonly [name: string, value: Argument | undefined]

/** Arguments that stand by position. */
const OPERANDS = new Set('other exponent weight end tensor1 tensor2 mask value min max bias'.split(' '))

const kindOf = (x: torch.Tensor): Kind =>
  x.dtype.kind === 'floating' ? 'float' : x.dtype === torch.bool ? 'bool' : 'int'

/** A random program as it is being written. Each statement runs here at once, so that later ones fit. */
export class Draw {
  readonly random: Random
  readonly statements: Statement[] = []
  readonly #run: Run
  readonly #seed: number
  #flavour: 'smooth' | 'ties' | 'special' | 'large' = 'smooth'

  constructor(seed: number) {
    this.#seed = seed
    this.random = new Random(seed)
    this.#run = new Run(seed)
    this.#flavour = this.random.of(['smooth', 'smooth', 'smooth', 'ties', 'ties', 'special', 'large'])
  }

  get program(): Program {
    return { seed: this.#seed, statements: this.statements }
  }

  /** Adds a statement. */
  emit(
    op: string,
    args: readonly Argument[],
    kwargs: Readonly<Record<string, Argument>> = {},
    mode?: Statement['mode'],
  ): Observed & { out: Ref } {
    const out = `v${this.statements.length}`
    const statement: Statement = {
      out,
      op,
      args,
      ...(Object.keys(kwargs).length > 0 ? { kwargs } : {}),
      ...(mode === undefined ? {} : { mode }),
    }
    this.statements.push(statement)
    return { ...this.#run.step(statement), out: { ref: out } }
  }

  /** What a name stands for here. */
  value({ ref, at }: Ref): unknown {
    const value = this.#run.values.get(ref)
    return at === undefined ? value : partsOf(value)?.[at]
  }

  tensor(ref: Ref): torch.Tensor {
    return this.value(ref) as torch.Tensor
  }

  /** All tensors there are, parts of results too. */
  tensors(): { ref: Ref; x: torch.Tensor }[] {
    return [...this.#run.values].flatMap(([ref, value]) => {
      if (value instanceof torch.Tensor) return [{ ref: { ref }, x: value }]
      return (partsOf(value) ?? []).flatMap((x, at) => (x instanceof torch.Tensor ? [{ ref: { ref, at }, x }] : []))
    })
  }

  shape(min = 0, max = 4, full = false): number[] {
    const { random } = this
    const count = Math.min(Math.max(random.of([0, 1, 1, 2, 2, 2, 2, 3, 3, 4]), min), max)
    return Array.from({ length: count }, () =>
      random.of(
        full ? [1, 2, 2, 3, 3, 4] : [1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, ...(random.chance(0.3) ? [0] : [])],
      ),
    )
  }

  #dtype(kind: Kind): DTypeName {
    const { random } = this
    if (kind === 'float') return random.chance(0.85) ? 'float32' : 'float64'
    if (kind === 'int') return random.chance(0.85) ? 'int32' : 'uint8'
    if (kind === 'bool') return 'bool'
    return this.#dtype(
      random.of(kind === 'number' ? ['float', 'float', 'float', 'int'] : ['float', 'float', 'float', 'int', 'bool']),
    )
  }

  #element(dtype: DTypeName, { values = 'any', low, high }: Wanted): Argument {
    const { random } = this
    if (dtype === 'bool') return random.chance(0.5)
    if (dtype === 'uint8') return random.whole(low ?? 0, high ?? 9)
    if (dtype === 'int32') return random.whole(low ?? -5, high ?? 9)
    const round = (value: number): number => Number(value.toPrecision(3))
    if (values === 'unit') return round(0.02 + 0.96 * random.unit())
    const sign = values === 'positive' ? Math.abs : (value: number) => value
    if (this.#flavour === 'ties') return sign(random.whole(-3, 3)) / 2
    if (this.#flavour === 'large' && random.chance(0.3)) return sign(round(random.normal() * 10 ** random.whole(1, 9)))
    if (this.#flavour === 'special' && random.chance(0.3)) {
      return random.of<Argument>([
        { number: 'nan' },
        { number: 'inf' },
        { number: '-inf' },
        { number: '-0' },
        0,
        1,
        -1,
        1e-30,
        3e30,
      ])
    }
    return sign(round(random.normal() * 1.5))
  }

  /** A new input, or a view of one: transposed, stepped, expanded. */
  input(wanted: Wanted = {}): Ref {
    const { random } = this
    const { kind = 'float', min = 0, max = 4, full = false } = wanted
    const dtype = wanted.dtype ?? this.#dtype(kind)
    const shape = wanted.shape ?? this.shape(min, max, full)
    const isFloat = dtype === 'float32' || dtype === 'float64'
    const wants = isFloat && (wanted.grad ?? random.chance(0.75))
    const layout = random.of(['', '', '', '', 'transposed', 'stepped', 'expanded', 'offset'])
    const make = (shape: readonly number[]): Ref => {
      const count = shape.reduce((a, b) => a * b, 1)
      const values = Array.from({ length: count }, () => this.#element(dtype, wanted))
      return this.emit('input', [{ dtype }, shape, values, wants]).out
    }
    const dim = random.whole(0, Math.max(shape.length - 1, 0))
    const size = shape[dim] ?? 1
    if (layout === 'transposed' && shape.length > 1) {
      const other = random.of([...shape.keys()].filter((i) => i !== dim))
      return this.emit('Tensor.transpose', [
        make(shape.with(dim, shape[other] as number).with(other, size)),
        dim,
        other,
      ]).out
    }
    if (layout === 'stepped' && shape.length > 0) {
      return this.emit('index', [
        make(shape.with(dim, size * 2)),
        ...Array.from({ length: dim }, () => ({ slice: [null, null, null] })),
        { slice: [random.whole(0, 1), null, 2] },
      ]).out
    }
    if (layout === 'offset' && shape.length > 0)
      return this.emit('Tensor.narrow', [make(shape.with(dim, size + 1)), dim, 1, size]).out
    if (layout === 'expanded' && shape.length > 0)
      return this.emit('Tensor.expand', [make(shape.with(dim, 1)), [...shape]]).out
    return make(shape)
  }

  /** A tensor that is as wanted: one that is there, or a new one. */
  pick(wanted: Wanted = {}): Ref {
    const { kind = 'float', min = 0, max = 4, shape, dtype, full = false } = wanted
    const bounded = wanted.low !== undefined || wanted.high !== undefined || (wanted.values ?? 'any') !== 'any'
    if (wanted.fresh !== true && !bounded && this.random.chance(0.75)) {
      const fitting = this.tensors().filter(({ x }) => {
        const its = kindOf(x)
        return (
          (kind === 'any' || kind === its || (kind === 'number' && its !== 'bool')) &&
          (dtype === undefined || x.dtype.name === dtype) &&
          x.ndim >= min &&
          x.ndim <= max &&
          x.numel() <= 600 &&
          (!full || x.numel() > 0) &&
          (shape === undefined || JSON.stringify(shape) === JSON.stringify(x.shape))
        )
      })
      if (fitting.length > 0)
        return (this.random.chance(0.6) ? fitting[fitting.length - 1] : this.random.of(fitting))?.ref as Ref
    }
    return this.input(wanted)
  }

  /** A tensor that may be changed in place: no leaf that requires a gradient, as a rule. */
  target(wanted: Wanted = {}): Ref {
    const ref = this.pick(wanted)
    const x = this.tensor(ref)
    if (x instanceof torch.Tensor && x.is_leaf && x.requires_grad && this.random.chance(0.95))
      return this.emit('Tensor.clone', [ref]).out
    return ref
  }

  /** A dimension of a tensor, at times from the end, rarely out of range. */
  dim(ref: Ref): number {
    const count = Math.max(this.tensor(ref).ndim, 1)
    return this.random.chance(0.02) ? this.random.of([count, -count - 1]) : this.random.whole(-count, count - 1)
  }

  /** Several different dimensions. */
  dims(ref: Ref): number[] {
    const count = this.tensor(ref).ndim
    const all = this.random.shuffled(Array.from({ length: count }, (_, i) => i))
    return all.slice(0, this.random.whole(1, Math.max(count, 1))).map((i) => (this.random.chance(0.3) ? i - count : i))
  }

  size(ref: Ref, dim: number): number {
    const { shape } = this.tensor(ref)
    return shape.at(dim) ?? 1
  }

  /** A shape that broadcasts with another. */
  broadcastable(shape: readonly number[]): number[] {
    const { random } = this
    const kept = random.chance(0.6) ? [...shape] : shape.slice(random.whole(0, shape.length))
    const other = kept.map((size) => (random.chance(0.25) ? 1 : size))
    return random.chance(0.03) ? [...other, 7] : random.chance(0.1) && other.length < 4 ? [2, ...other] : other
  }

  /** The other operand of a binary op. */
  other(ref: Ref, wanted: Wanted = {}): Argument {
    const { random } = this
    if (random.chance(0.3)) return this.number()
    const x = this.tensor(ref)
    const kind = wanted.kind ?? (random.chance(0.8) ? kindOf(x) : 'any')
    if (random.chance(0.25)) return this.pick({ ...wanted, kind, max: 4 })
    return this.pick({ ...wanted, kind, shape: this.broadcastable(x.shape) })
  }

  number(): number {
    return this.random.of([0, 1, 2, 3, -1, -2, 0.5, 1.5, -0.25, 0.1])
  }

  /** An optional argument: present with a probability. */
  maybe(probability: number, value: () => Argument): Argument | undefined {
    return this.random.chance(probability) ? value() : undefined
  }

  /** Adds a call, whose optional arguments stand by position or by name. */
  call(op: string, required: readonly Argument[], optional: readonly NamedArgument[] = []): Observed & { out: Ref } {
    const args = [...required]
    const kwargs: Record<string, Argument> = {}
    let byName = false
    for (const [name, value] of optional) {
      if (value === undefined) byName = true
      else {
        byName ||= name.startsWith('*') || (!OPERANDS.has(name) && this.random.chance(0.5))
        if (byName) kwargs[name.replace('*', '')] = value
        else args.push(value)
      }
    }
    const mode =
      !op.startsWith('layer.') && this.random.chance(0.02)
        ? this.random.of(['no_grad', 'inference_mode'] as const)
        : undefined
    return this.emit(op, args, kwargs, mode)
  }
}
