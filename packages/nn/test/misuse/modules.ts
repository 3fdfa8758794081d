/** Everything of nn that can be called, and what of it no table calls. */
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import {
  argumentsOf,
  type Covered,
  classTarget,
  functionsOf,
  isCallable,
  methodsOf,
  type Row,
  rowsOf,
  type Table,
  type Target,
} from '../../../core/test/misuse/calls.ts'
import { elementwiseRow } from '../../../core/test/misuse/functions.ts'
import { functional, init, utils } from './functional.ts'
import { constructors, type Layer, layers } from './layers.ts'

const derived: Table = Object.fromEntries([...torch.elementwiseOps].map(([name, op]) => [name, elementwiseRow(op)]))

/** The call of a layer. */
function layerTarget(
  name: string,
  make: (args: readonly unknown[]) => nn.AnyModule,
  [constructor, call]: Layer,
): Target {
  const usual = (): unknown[] => {
    const args = argumentsOf(constructor)
    const named = args.filter(({ optional }) => optional).map(({ name, value }) => [name, value] as const)
    const inOrder = args.filter(({ optional }) => !optional).map(({ value }) => value)
    return named.length === 0 ? inOrder : [...inOrder, Object.fromEntries(named)]
  }
  const row: Row = () => ({ self: make(usual()), ...call() })
  const run = ([layer, ...rest]: readonly unknown[]): unknown =>
    isCallable(layer) ? layer(...rest) : (layer as { forward: (...args: unknown[]) => unknown }).forward(...rest)
  return { name: `nn.${name}()`, row, held: 1, call: run }
}

class Net extends nn.Module {
  readonly linear = new nn.Linear(2, 3)
  readonly norm = new nn.BatchNorm1d(3)
  forward(x: torch.Tensor): torch.Tensor {
    return this.norm.forward(this.linear.forward(x))
  }
}
const self = () => ({ self: new Net() })
const hook = () => ({ ...self(), hook: () => undefined, '*prepend?': true })
const listed = { 'prefix?': 'net', 'recurse?': true }

/** Methods of modules. */
const methods: Table = {
  parameters: () => ({ ...self(), 'recurse?': true }),
  named_parameters: () => ({ ...self(), ...listed }),
  buffers: () => ({ ...self(), 'recurse?': true }),
  named_buffers: () => ({ ...self(), ...listed }),
  children: self,
  named_children: self,
  modules: self,
  named_modules: () => ({ ...self(), '*prefix?': 'net' }),
  register_parameter: () => ({ ...self(), name: 'p', param: new nn.Parameter(torch.ones([2])) }),
  register_buffer: () => ({ ...self(), name: 'b', tensor: torch.ones([2]), 'persistent?': false }),
  add_module: () => ({ ...self(), name: 'm', module: new nn.ReLU() }),
  register_module: () => ({ ...self(), name: 'm', module: new nn.ReLU() }),
  get_submodule: () => ({ ...self(), target: 'linear' }),
  get_parameter: () => ({ ...self(), target: 'linear.weight' }),
  get_buffer: () => ({ ...self(), target: 'norm.running_mean' }),
  state_dict: () => ({ ...self(), '*prefix?': 'net.', '*keep_vars?': true }),
  load_state_dict: () => ({ ...self(), state_dict: new Net().state_dict(), 'strict?': true }),
  train: () => ({ ...self(), 'mode?': false }),
  eval: self,
  zero_grad: () => ({ ...self(), 'set_to_none?': false }),
  apply: () => ({ ...self(), fn: () => {} }),
  requires_grad_: () => ({ ...self(), 'requires_grad?': false }),
  to: () => ({ ...self(), '/dtype?': torch.float64 }),
  float: self,
  double: self,
  register_forward_pre_hook: hook,
  register_forward_hook: hook,
  register_full_backward_hook: hook,
  register_full_backward_pre_hook: hook,
  extra_repr: self,
  toString: self,
}

const classes = Object.entries(nn).filter(([name, value]) => isCallable(value) && /^[A-Z]/.test(name))
const made = classes.flatMap(([name, constructor]): Target[] => {
  const layer = layers[name]
  if (layer === undefined) return rowsOf(constructors, name).map((row) => classTarget('nn', name, constructor, row))
  const target = classTarget('nn', name, constructor, layer[0])
  return [target, layerTarget(name, (args) => target.call(args) as nn.AnyModule, layer)]
})
const parts: readonly Covered[] = [
  {
    targets: made,
    missing: classes.flatMap(([name]) => (name in layers || name in constructors ? [] : [`nn.${name}`])),
  },
  functionsOf('F', nn.functional, { ...derived, ...functional }),
  functionsOf('init', nn.init, init),
  functionsOf('utils', nn.utils, utils),
  methodsOf('Module', nn.Module.prototype, methods, ['_apply', '_get_name', '_optional_state']),
]

export const modules: Covered = {
  targets: parts.flatMap(({ targets }) => targets),
  missing: parts.flatMap(({ missing }) => missing),
}
