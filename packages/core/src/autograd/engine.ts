import { freeing, outsideScopes } from '../devices/scope.ts'
import type { Storage } from '../devices/storage.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { formatShape, sameShape } from '../shape.ts'
import { typeName } from '../signature/kinds.ts'
import { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { gradientEdge, pass } from './graph.ts'
import { modes } from './modes.ts'
import type { Gradient, Hooks, Node } from './node.ts'
import { letGo, NodeQueue } from './queue.ts'

/** Where a backward pass starts, and with which gradient. */
export interface Root {
  readonly tensor: Tensor
  readonly gradient: Tensor
}

/** How a backward pass runs. */
export interface PassOptions {
  /** Keep what the nodes saved, so that the graph can be used again. */
  readonly retain: boolean
  /** Record the pass itself, so that gradients have gradients. */
  readonly create: boolean
  /** Compute these tensors' gradients and nothing else. */
  readonly inputs: readonly Tensor[] | null
}

/**
 * Runs a backward pass. Nodes run in falling order of creation, which needs neither recursion nor a count of what each
 * node waits for. Returns the gradients of `inputs` (`null` where none arrived); without `inputs`, leaves accumulate.
 */
export function runBackward(roots: readonly Root[], { retain, create, inputs }: PassOptions): Gradient[] {
  const captured: Gradient[] = (inputs ?? []).map(() => null)
  const captures = inputs === null ? null : capturesOf(inputs)
  const queue = new NodeQueue()
  // A hook or a custom function may start a pass of its own while this one waits: nothing of it may show here.
  const outer = { needed: pass.needed, grad: modes.grad }
  pass.needed = captures === null ? null : nodesLeadingTo(captures, roots)
  modes.grad = create
  try {
    for (const { tensor, gradient } of roots) {
      const node = gradientEdge(tensor) as Node
      if (pass.needed === null || pass.needed.has(node)) queue.deliver(node, tensor.outputIndex, gradient)
    }
    for (let node = queue.take(); node !== null; node = queue.take()) {
      const arrived = queue.collect(node)
      if (node.hooks !== null) runTensorHooks(node.hooks, arrived)
      const capture = captures?.get(node)
      if (capture !== undefined) {
        keep(arrived)
        for (const { slot, index } of capture) captured[slot] = arrived[index] ?? null
        if (!node.next.some((next) => next !== null && pass.needed?.has(next))) {
          for (const gradient of arrived) if (gradient !== null) letGo(gradient)
          continue
        }
      }
      runNode(node, arrived, queue)
      if (!retain) node.release()
    }
  } finally {
    queue.clear()
    pass.needed = outer.needed
    modes.grad = outer.grad
  }
  return captured
}

/** Runs one node with its hooks and hands its gradients on. */
function runNode(node: Node, arrived: Gradient[], queue: NodeQueue): void {
  const gradients = node.hooks === null ? compute(node, arrived) : computeWithHooks(node, node.hooks, arrived)
  const { next, nextIndex } = node
  // All are held before the first is handed on: one gradient may go several ways.
  for (const gradient of gradients) if (gradient !== null) gradient.storage.holds++
  for (let i = 0; i < next.length; i++) {
    const target = next[i] as Node | null
    if (target === null || (pass.needed !== null && !pass.needed.has(target))) continue
    queue.deliver(target, nextIndex[i] as number, gradients[i] ?? null)
  }
  for (const gradient of gradients) if (gradient !== null) letGo(gradient)
  for (const gradient of arrived) if (gradient !== null) letGo(gradient)
}

/** As `compute`, with the hooks on the whole node. */
function computeWithHooks(node: Node, { before, after }: Hooks, arrived: Gradient[]): readonly Gradient[] {
  let incoming = arrived
  for (const hook of before) incoming = [...(hook(incoming) ?? incoming)]
  if (before.length > 0 || after.length > 0) keep(arrived)
  let gradients = compute(node, incoming)
  for (const hook of after) {
    keep(gradients)
    gradients = hook([...gradients], incoming) ?? gradients
  }
  return gradients
}

/**
 * The gradients that a node computes. What the framework makes on the way is freed at once; what it gives back is marked,
 * to be freed when the last node has used it. Nothing is, where the pass is recorded or the user's code sees it.
 */
function compute(node: Node, incoming: readonly Gradient[]): readonly Gradient[] {
  const gradients = computeInScope(node, incoming)
  if (modes.anomaly) checkForNaN(node, gradients)
  return gradients
}

function computeInScope(node: Node, incoming: readonly Gradient[]): readonly Gradient[] {
  // Lone numbers take no memory of a device.
  if (!node.spreads && typeof incoming[0]?.storage.buffer === 'number') return node.backward(incoming)
  const { isForeign } = node
  if (isForeign) keep(incoming)
  if (isForeign || modes.grad) return outsideScopes(() => node.backward(incoming))
  return freeing(() => node.backward(incoming), markMade)
}

/** The memory of gradients; what a scope has made of it is to be freed by the pass. */
function markMade(gradients: readonly Gradient[], made: readonly Storage[]): Storage[] {
  const results: Storage[] = []
  for (const gradient of gradients) {
    if (gradient === null) continue
    const { storage } = gradient
    if (made.includes(storage)) storage.unseen = true
    results.push(storage)
  }
  return results
}

/** Leaves gradients to the collector: the user's code sees them. */
function keep(gradients: readonly Gradient[]): void {
  for (const gradient of gradients) if (gradient !== null) gradient.storage.kept = true
}

/** Runs the hooks on single outputs; those that retain a gradient see what the others made of it. */
function runTensorHooks({ tensors, retainers }: Hooks, arrived: Gradient[]): void {
  if (tensors.length > 0) keep(arrived)
  for (const { index, hook } of tensors.slice()) {
    const gradient = arrived[index] ?? null
    if (gradient === null) continue
    const replaced = checkHook(hook(gradient) ?? gradient, gradient, hook.name)
    if (replaced === gradient) continue
    replaced.storage.kept = true
    replaced.storage.holds++
    gradient.storage.holds--
    arrived[index] = replaced
  }
  for (const { index, tensor } of retainers) {
    const gradient = arrived[index] ?? null
    if (gradient === null) continue
    const old = tensor.gradient
    tensor.gradient = outsideScopes(() => {
      if (old !== null) return old.add(gradient)
      return gradient.is_contiguous() ? gradient.clone() : gradient.contiguous()
    })
  }
}

/** A hook may change a gradient's values, not its dtype and shape. */
function checkHook(result: unknown, gradient: Tensor, name: string): Tensor {
  if (!(result instanceof Tensor)) throw new TypeError(`expected Variable, but hook returned '${typeName(result)}'`)
  const changed = (what: string): string => `hook '${name === '' ? '<lambda>' : name}' has changed the ${what} of value`
  if (result.dtype !== gradient.dtype) {
    throw new RuntimeError(`${changed('type')} (was ${gradient.dtype.typeName} got ${result.dtype.typeName})`)
  }
  if (!sameShape(result.shape, gradient.shape)) {
    const [before, after] = [gradient, result].map((x) => formatShape(x.shape))
    throw new RuntimeError(`${changed('size')} (from ${before} to ${after})`)
  }
  return result
}

function checkForNaN(node: Node, gradients: readonly Gradient[]): void {
  gradients.forEach((gradient, i) => {
    if (gradient === null || !gradient.isnan().any().item()) return
    warn(
      `Error detected in ${node.name()}. ${
        node.stack === null
          ? 'No forward pass information available. Enable detect anomaly during forward pass for more information.'
          : `Traceback of forward call that caused the error:\n${node.stack}`
      }`,
    )
    throw new RuntimeError(`Function '${node.name()}' returned nan values in its ${i}th output.`)
  })
}

type Captures = Map<Node, { slot: number; index: number }[]>

/** For each node, which of its gradients is which input's. */
function capturesOf(inputs: readonly Tensor[]): Captures {
  const captures: Captures = new Map()
  inputs.forEach((input, slot) => {
    const node = gradientEdge(input)
    if (node === null) throw new RuntimeError('One of the differentiated Tensors does not require grad')
    const list = captures.get(node) ?? []
    list.push({ slot, index: input.node === null ? 0 : input.outputIndex })
    captures.set(node, list)
  })
  return captures
}

/** The nodes below the roots from which a captured node can be reached. */
function nodesLeadingTo(captures: Captures, roots: readonly Root[]): Set<Node> {
  const reachable = new Set<Node>()
  const stack = roots.map(({ tensor }) => gradientEdge(tensor))
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === null || reachable.has(node)) continue
    reachable.add(node)
    stack.push(...node.next)
  }
  const needed = new Set<Node>()
  for (const node of [...reachable].sort((a, b) => a.sequence - b.sequence)) {
    if (captures.has(node) || node.next.some((next) => next !== null && needed.has(next))) needed.add(node)
  }
  return needed
}
