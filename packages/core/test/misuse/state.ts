/** What a call must leave as it was: modes, generators, and everything that it was given. */
import * as torch from '@chainrule/core'

/** Parts of the program's state, as texts that can be compared. */
export type State = ReadonlyMap<string, string>

/** The state now, with that of the arguments of a call. Where nothing was drawn, the generator's need not be asked. */
export function stateOf(args: readonly unknown[], generator = generatorState()): State {
  const state = new Map<string, string>([
    ['grad mode', String(torch.is_grad_enabled())],
    ['inference mode', String(torch.is_inference_mode_enabled())],
    ['anomaly mode', String(torch.is_anomaly_enabled())],
    ['default device', torch.get_default_device()],
    ['print options', describe(torch.get_printoptions(), new Set(), 0)],
    ['memory limit', String(torch.get_memory_limit())],
    ['generator', generator],
  ])
  for (const [i, arg] of args.entries()) state.set(`argument ${i}`, describe(arg, new Set(), 0))
  return state
}

const generatorState = (): string => Buffer.from(torch.get_rng_state()).toString('latin1')

/** The parts that differ. */
export const changesOf = (before: State, after: State): string[] =>
  [...before].flatMap(([part, text]) => (after.get(part) === text ? [] : [part]))

/** Puts modes and generators back. */
export function restore(): void {
  torch.set_grad_enabled(true)
  torch.inference_mode(false)
  torch.set_grad_enabled(true)
  torch.autograd.set_detect_anomaly(false)
  torch.set_default_device('cpu')
  torch.set_printoptions({ profile: 'default' })
  torch.manual_seed(0)
  torch.warnings.simplefilter('ignore')
  torch.set_memory_limit(null)
}
restore()
/** The state of the generator between calls. */
export const seeded: string = generatorState()

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Map.prototype
}

/** Everything that can be seen of a value. */
function describe(value: unknown, seen: Set<object>, depth: number): string {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return String(value)
  if (seen.has(value) || depth > 6) return '…'
  seen.add(value)
  try {
    if (value instanceof torch.Tensor) return describeTensor(value, seen)
    if (Array.isArray(value)) return `[${value.map((item) => describe(item, seen, depth + 1)).join()}]`
    if (ArrayBuffer.isView(value))
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
    const parts = value instanceof Map ? [...value] : isPlain(value) ? Object.entries(value) : partsOf(value)
    return `{${parts.map(([key, part]) => `${describe(key, seen, depth + 1)}:${describe(part, seen, depth + 1)}`).join()}}`
  } catch (error) {
    // Hostile values do not want to be looked at.
    return `unreadable ${error instanceof Error ? error.name : ''}`
  }
}

function describeTensor(x: torch.Tensor, seen: Set<object>): string {
  const { shape, dtype, _version: version, requires_grad, is_leaf } = x
  const grad = is_leaf ? describe(x.grad, seen, 0) : ''
  const values = x.storage.length > 4096 ? '' : String(x.tolist())
  return `${dtype.name}[${shape.join()}] v${version} ${requires_grad} ${values} grad ${grad}`
}

/** Modules, optimizers and schedulers: their state, and what lies open beside it. */
function partsOf(value: object): [unknown, unknown][] {
  const parts: [unknown, unknown][] = []
  for (const name of ['training', 'param_groups', 'last_epoch', '_last_lr', '_step_count']) {
    if (name in value) parts.push([name, Reflect.get(value, name)])
  }
  const state: unknown = Reflect.get(value, 'state_dict')
  if (typeof state === 'function') parts.push(['state', state.call(value) as unknown])
  for (const name of ['parameters', 'modules']) {
    const list: unknown = Reflect.get(value, name)
    if (typeof list === 'function') parts.push([name, (list.call(value) as unknown[]).length])
  }
  return parts
}
