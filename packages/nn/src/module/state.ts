import { no_grad, RuntimeError, Tensor, TypeError } from '@chainrule/core'
import { ownBuffers, ownParameters, typename } from './members.ts'
import type { AnyModule } from './module.ts'

/** The parameters and persistent buffers of a module and all within it, by their paths, in PyTorch's order. */
export type StateDict = Record<string, Tensor>

/** Which keys a state lacked, and which the module has no use for. */
export class IncompatibleKeys {
  readonly missing_keys: string[] = []
  readonly unexpected_keys: string[] = []

  toString(): string {
    if (this.missing_keys.length + this.unexpected_keys.length === 0) return '<All keys matched successfully>'
    const list = (keys: readonly string[]): string => `[${keys.map((key) => `'${key}'`).join(', ')}]`
    return `_IncompatibleKeys(missing_keys=${list(this.missing_keys)}, unexpected_keys=${list(this.unexpected_keys)})`
  }

  /** What Node prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** What a module itself, without its children, has in its state. */
const ownState = (module: AnyModule): [string, Tensor][] => [...ownParameters(module), ...ownBuffers(module, true)]

/** A module and all within it, shared ones under each of their paths, which end in a dot. */
const everyModule = (module: AnyModule): [string, AnyModule][] =>
  module
    .named_modules({ remove_duplicate: false })
    .map(([path, inner]): [string, AnyModule] => [path === '' ? '' : `${path}.`, inner])

/** A module's state, under a prefix. */
export function collectState(module: AnyModule, prefix: string, keepVars: boolean): StateDict {
  const state: StateDict = {}
  for (const [path, inner] of everyModule(module)) {
    for (const [key, tensor] of ownState(inner)) state[prefix + path + key] = keepVars ? tensor : tensor.detach()
  }
  return state
}

/** Copies a state into a module; every complaint is collected and thrown before anything changes. */
export function loadState(module: AnyModule, state: Readonly<StateDict>, strict: boolean): IncompatibleKeys {
  if (typeof state !== 'object' || state === null || Array.isArray(state) || state instanceof Tensor) {
    throw new TypeError(
      `Expected state_dict to be dict-like, got <class '${state instanceof Tensor ? 'torch.Tensor' : typename(state)}'>.`,
    )
  }
  const keys = new IncompatibleKeys()
  const copies: (readonly [Tensor, Tensor])[] = []
  const complaints: string[] = []
  const modules = everyModule(module)
  const paths = new Set(modules.map(([path]) => path))
  for (const [path, inner] of modules) {
    const own = new Map(ownState(inner))
    for (const [name, target] of own) {
      const key = path + name
      if (!Object.hasOwn(state, key)) {
        if (!inner._optional_state().includes(name)) keys.missing_keys.push(key)
        continue
      }
      const found = match(key, target, state[key])
      if (typeof found === 'string') complaints.push(found)
      else copies.push(found)
    }
    for (const key of Object.keys(state)) {
      if (!key.startsWith(path)) continue
      const [first = '', ...rest] = key.slice(path.length).split('.')
      const isKnown = rest.length === 0 ? own.has(first) : paths.has(`${path}${first}.`)
      if (!isKnown) keys.unexpected_keys.push(key)
    }
  }
  const quoted = (names: readonly string[]): string => names.map((key) => `"${key}"`).join(', ')
  if (strict && keys.unexpected_keys.length > 0) {
    complaints.unshift(`Unexpected key(s) in state_dict: ${quoted(keys.unexpected_keys)}. `)
  }
  if (strict && keys.missing_keys.length > 0) {
    complaints.unshift(`Missing key(s) in state_dict: ${quoted(keys.missing_keys)}. `)
  }
  if (complaints.length > 0) {
    throw new RuntimeError(`Error(s) in loading state_dict for ${module._get_name()}:\n\t${complaints.join('\n\t')}`)
  }
  no_grad(() => {
    for (const [target, source] of copies) target.copy_(source)
  })
  return keys
}

/** Where a key is there and fits, what to copy; otherwise a complaint. */
function match(key: string, target: Tensor, source: unknown): readonly [Tensor, Tensor] | string {
  if (!(source instanceof Tensor)) {
    return (
      `While copying the parameter named "${key}", expected torch.Tensor or Tensor-like object from checkpoint but ` +
      `received <class '${typename(source)}'>`
    )
  }
  if (source.shape.join() === target.shape.join()) return [target, source]
  return (
    `size mismatch for ${key}: copying a param with shape torch.Size([${source.shape.join(', ')}]) from checkpoint, the ` +
    `shape in current model is torch.Size([${target.shape.join(', ')}]).`
  )
}
