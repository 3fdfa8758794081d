import { free } from '../devices/scope.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { modes } from './modes.ts'
import type { Gradient, Node } from './node.ts'

/** Ends one hold on a gradient: the last one frees what nobody else knows of. */
export function letGo({ storage }: Tensor): void {
  storage.holds--
  if (storage.unseen) free(storage)
}

/** The nodes to which gradients have come and that have not run yet, the newest first. */
export class NodeQueue {
  /** A binary heap: a parent at `i` is newer than its children at `2i + 1` and `2i + 2`. What is beyond the size has left. */
  readonly #heap: Node[] = []
  #size = 0
  /** What nodes held for a pass around this one, to be put back. */
  readonly #outer: { node: Node; pending: Gradient[]; owner: unknown }[] = []

  /** Adds a gradient to those that a node waits for. `null` makes it run all the same. */
  deliver(node: Node, index: number, gradient: Gradient): void {
    let { pending } = node
    if (pending === null || node.owner !== this) {
      if (pending !== null) this.#outer.push({ node, pending, owner: node.owner })
      // An array that grows reserves room for many, and most nodes have one output.
      pending = [null]
      node.pending = pending
      node.owner = this
      this.#push(node)
    }
    while (pending.length <= index) pending.push(null)
    if (gradient === null) return
    const sum = pending[index] ?? null
    if (sum === null) {
      pending[index] = gradient
      gradient.storage.holds++
      return
    }
    const total = sum.add(gradient)
    total.storage.holds++
    total.storage.unseen = !modes.grad
    pending[index] = total
    letGo(sum)
  }

  /** The newest node, off the queue. */
  take(): Node | null {
    if (this.#size === 0) return null
    const top = this.#heap[0] as Node
    this.#size--
    if (this.#size > 0) this.#sink(this.#heap[this.#size] as Node)
    return top
  }

  /** What has come to a node, which then waits for nothing. */
  collect(node: Node): Gradient[] {
    const pending = node.pending as Gradient[]
    node.pending = null
    return pending
  }

  /** Forgets what is left, after an error too, and gives back what a pass around this one had. */
  clear(): void {
    for (const node of this.#heap.slice(0, this.#size)) {
      for (const gradient of node.pending ?? []) if (gradient !== null) gradient.storage.holds--
      node.pending = null
    }
    for (const { node, pending, owner } of this.#outer) {
      node.pending = pending
      node.owner = owner
    }
  }

  #push(node: Node): void {
    const heap = this.#heap
    let i = this.#size++
    while (i > 0) {
      const parent = (i - 1) >> 1
      const above = heap[parent] as Node
      if (above.sequence > node.sequence) break
      heap[i] = above
      i = parent
    }
    heap[i] = node
  }

  #sink(node: Node): void {
    const heap = this.#heap
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= this.#size) break
      if (child + 1 < this.#size && (heap[child + 1] as Node).sequence > (heap[child] as Node).sequence) child++
      if ((heap[child] as Node).sequence < node.sequence) break
      heap[i] = heap[child] as Node
      i = child
    }
    heap[i] = node
  }
}
