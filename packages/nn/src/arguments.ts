import { Signature } from '@chainrule/core'

/** Options by PyTorch's names, in the order in which PyTorch takes them by position. */
type Options = Readonly<Record<string, unknown>>

/** Options as PyTorch takes them: some by position, the rest by name in one last object. */
export type LayerArguments<P extends object> = (P[keyof P] | Partial<P>)[]

/**
 * The arguments of a layer: `T` are those without a default, under the names `N`, and `Rest` what may come after them. From each
 * place on they may be given by name, in one object with the options `O`.
 */
export type Call<N extends readonly string[], T extends readonly unknown[], O, Rest extends readonly unknown[]> =
  | [...T, ...Rest]
  | ByName<N, T, O>

type ByName<N, T, O, Before extends readonly unknown[] = []> = N extends readonly [unknown, ...infer Names]
  ? T extends readonly [infer First, ...infer Types]
    ? [...Before, options: Fields<N, T> & O] | ByName<Names, Types, O, [...Before, First]>
    : never
  : never
type Fields<N, T> = N extends readonly [infer Name extends string, ...infer Names]
  ? T extends readonly [infer First, ...infer Types]
    ? { readonly [K in Name]: First } & Fields<Names, Types>
    : unknown
  : unknown

const kindsOfNames: readonly [kind: string, names: string][] = [
  ['int', 'in_features out_features in1_features in2_features in_channels out_channels groups num_groups num_channels'],
  ['int', 'num_features num_embeddings embedding_dim input_size hidden_size num_layers proj_size num_parameters'],
  ['int', 'embed_dim num_heads d_model nhead num_encoder_layers num_decoder_layers dim_feedforward start_dim end_dim'],
  ['int', 'upscale_factor downscale_factor blank ignore_index'],
  ['int?', 'dim padding_idx kdim vdim divisor_override'],
  ['int[]', 'kernel_size dilation output_padding normalized_shape unflattened_size'],
  ['int[]?', 'stride size'],
  ['int[]|str', 'padding'],
  ['float', 'norm_type value'],
  ['float?', 'max_norm momentum'],
  ['float[]?', 'scale_factor'],
  ['bool?', 'size_average reduce align_corners recompute_scale_factor'],
  ['Tensor?', 'weight pos_weight _weight'],
  ['str|function', 'activation'],
  ['function?', 'custom_encoder custom_decoder distance_function'],
  ['any', 'reduction mode nonlinearity'],
  ['device?', 'device'],
  ['dtype?', 'dtype'],
]
/** The kinds of PyTorch's arguments that a default does not tell. */
const kinds = new Map(kindsOfNames.flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind] as const)))

/** The kind of an argument by its default: numbers are floats, and what has no default may be anything. */
function kindOf(value: unknown): string {
  if (typeof value === 'number') return 'float'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'str' : 'any'
}

/** Whether an option can hold nothing that runs: no function, no module. */
export const holdsValue = (name: string, value: unknown): boolean =>
  /^(int|float|bool|str|Tensor)/.test(kinds.get(name) ?? kindOf(value))

const signatures = new WeakMap<object, Map<string, Signature>>()

/** The signature of a method of a layer, made once for each set of defaults. */
function signatureOf(method: string, defaults: Options, required: readonly string[]): Signature {
  let known = signatures.get(defaults)
  if (known === undefined) signatures.set(defaults, (known = new Map()))
  let found = known.get(method)
  if (found === undefined) {
    const names = [...required, ...Object.keys(defaults)]
    const parameters = names.map((name) => `${kinds.get(name) ?? kindOf(defaults[name])} ${name}`)
    found = new Signature(method, parameters, required.length, 'python')
    known.set(method, found)
  }
  return found
}

/**
 * The arguments of a layer's constructor, by position or by name: those that are `required`, then options with defaults for the
 * rest.
 *
 * @param layer as messages name it.
 * @throws TypeError in PyTorch's words.
 */
export function bindLayer<P extends Options, R = unknown>(
  layer: string,
  defaults: P,
  args: readonly unknown[],
  required: readonly (keyof R & string)[] = [],
): P & R {
  const signature = signatureOf(`${layer}.__init__`, defaults, required)
  const values = signature.bind([...args])
  const bound: Record<string, unknown> = { ...defaults }
  signature.parameters.forEach(({ names: [name = ''] }, i) => {
    if (values[i] !== undefined) bound[name] = values[i]
  })
  return bound as P & R
}
