// A program in a neutral form, which runs here and in PyTorch: a list of statements, each a call whose result has a name.

/** An argument. `ref` names a result, `at` one part of it; int64, which chainrule does not have, is written as int32. */
export type Argument =
  | number
  | string
  | boolean
  | null
  | { readonly ref: string; readonly at?: number }
  | { readonly dtype: DTypeName }
  | { readonly slice: readonly (number | null)[] }
  | { readonly number: 'nan' | 'inf' | '-inf' | '-0' }
  | readonly Argument[]

export type DTypeName = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool'

/**
 * A call. `op` is `Tensor.NAME`, `torch.NAME`, `F.NAME` or `linalg.NAME`, `get.NAME` for a property, `layer.NAME` for a layer, or one of
 * `input` (dtype, shape, values, requires_grad), `index`, `setindex`, `apply`, `backward`, `grad` and `hook`.
 */
export interface Statement {
  readonly out: string
  readonly op: string
  readonly args: readonly Argument[]
  readonly kwargs?: Readonly<Record<string, Argument>>
  readonly mode?: 'no_grad' | 'inference_mode'
}

export interface Program {
  readonly seed: number
  readonly statements: readonly Statement[]
}

/** What can be seen of a value. Numbers that JSON lacks are text: 'nan', 'inf', '-inf', '-0'. */
export type Seen =
  | {
      readonly dtype: string
      readonly shape: readonly number[]
      readonly strides: readonly number[]
      readonly values: readonly (number | string | boolean)[]
      readonly requires_grad: boolean
      readonly is_leaf: boolean
      /** Whether autograd knows it as a view. What was kept before this was looked at does not have it. */
      readonly is_view?: boolean
      readonly grad_fn: string | null
      readonly text: string | null
    }
  | { readonly parts: readonly Seen[] }
  | { readonly plain: unknown }

export type TensorSeen = Extract<Seen, { dtype: string }>

/** What a statement came to. */
export type Observed = { readonly seen: Seen } | { readonly error: string; readonly message: string }

/** What can be seen of a named tensor after the last statement. */
export interface Final {
  readonly name: string
  readonly seen: Seen
  /** How often its memory has changed since it was made. */
  readonly changes: number | null
  readonly grad: Seen | null
}

export interface Outcome {
  readonly observed: readonly Observed[]
  readonly final: readonly Final[]
}

/** The names that an argument refers to. */
export function references(argument: Argument): string[] {
  if (Array.isArray(argument)) return (argument as readonly Argument[]).flatMap(references)
  return typeof argument === 'object' && argument !== null && 'ref' in argument ? [argument.ref] : []
}

/** The names that a statement refers to. */
export const uses = ({ args, kwargs = {} }: Statement): string[] =>
  [...args, ...Object.values(kwargs)].flatMap(references)
