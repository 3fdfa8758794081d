import { free } from '../devices/scope.ts'
import { uint8 } from '../dtype.ts'
import { RuntimeError, TypeError } from '../errors.ts'
import { formatShape, sameShape } from '../shape.ts'
import { bindMethods, typeName } from '../signature/index.ts'
import { kindOf, refused } from '../signature/kinds.ts'
import { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import type { AccumulateGrad } from './accumulate.ts'
import { type BackwardOptions, runAll } from './backward.ts'
import { gradientEdge, gradientNode, requiresGrad } from './graph.ts'
import { modes } from './modes.ts'
import { addHook, type GradientHook, hooksOf, type Node, type RemovableHandle } from './node.ts'

declare module '../tensor/tensor.ts' {
  interface Tensor {
    /** Whether gradients are computed for this tensor. Can be set on leaves. */
    requires_grad: boolean
    /** The gradient that `backward` has accumulated; `null` before, and after `x.grad = null`. */
    grad: Tensor | null
    /** The node of the graph that computed this tensor; `null` for a leaf. */
    readonly grad_fn: Node | null
    /** Whether this tensor is an end of the graph: made by the user, or without gradient. */
    readonly is_leaf: boolean
    /** Whether `retain_grad` was called on this non-leaf. */
    readonly retains_grad: boolean
    /** Which of its node's outputs this tensor is. */
    readonly output_nr: number
    /**
     * Computes the gradients of this tensor and adds them into the `.grad` of the leaves it was computed from.
     *
     * @param gradient where to start; may be left out for a single element.
     * @throws RuntimeError when nothing requires a gradient, or the graph was freed by an earlier pass.
     */
    backward(gradient?: Tensor | BackwardOptions | null, options?: BackwardOptions): void
    backward(
      gradient: Tensor | null | undefined,
      retain_graph: boolean | null | undefined,
      create_graph?: boolean,
      inputs?: Tensor | readonly Tensor[] | null,
    ): void
    /** Switches gradients for this leaf on or off, and returns it. */
    requires_grad_(requires_grad?: boolean): Tensor
    /** Keeps the gradient of this non-leaf in its `.grad`. */
    retain_grad(): void
    /** Calls `hook(gradient)` when the gradient of this tensor is computed; what it returns replaces the gradient. */
    register_hook(hook: GradientHook): RemovableHandle
    /** Calls `hook(this)` each time a gradient was added into this leaf's `.grad`. */
    register_post_accumulate_grad_hook(hook: (tensor: Tensor) => void): RemovableHandle
    /** Takes this tensor off its graph, in place. */
    detach_(): Tensor
  }
}

/** Refuses what cannot be called, once it is known that the tensor takes hooks at all. */
function checkHook(method: string, hook: unknown): void {
  if (kindOf('function').take(hook) !== refused) return
  throw new TypeError(`${method}(): argument 'hook' (position 1) must be a function, not ${typeName(hook)}`)
}

const methods = {
  backward(
    this: Tensor,
    gradient?: Tensor | null,
    retain_graph?: boolean | null,
    create_graph?: boolean,
    inputs?: Tensor | readonly Tensor[] | null,
  ): void {
    runAll([this], [gradient ?? null], retain_graph, create_graph, inputs)
  },

  requires_grad_(this: Tensor, requires_grad = true): Tensor {
    setRequiresGrad(this, requires_grad)
    return this
  },

  retain_grad(this: Tensor): void {
    if (!requiresGrad(this)) throw new RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    const node = gradientNode(this)
    if (node === null) return
    const { retainers } = hooksOf(node)
    if (!retainers.some(({ tensor }) => tensor === this)) retainers.push({ index: this.outputIndex, tensor: this })
  },

  register_hook(this: Tensor, hook: GradientHook): RemovableHandle {
    const node = gradientEdge(this)
    if (node === null) {
      throw new RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    }
    checkHook('register_hook', hook)
    return addHook(hooksOf(node).tensors, { index: this.node === null ? 0 : this.outputIndex, hook })
  },

  register_post_accumulate_grad_hook(this: Tensor, hook: (tensor: Tensor) => void): RemovableHandle {
    if (gradientNode(this) !== null || !this.leafRequiresGrad) {
      throw new RuntimeError('post accumulate grad hooks cannot be registered on non-leaf tensors')
    }
    checkHook('register_post_accumulate_grad_hook', hook)
    return (gradientEdge(this) as AccumulateGrad).register_post_accumulate_grad_hook(hook)
  },

  detach_(this: Tensor): Tensor {
    if (this.viewOf !== null) {
      throw new RuntimeError(
        "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, " +
          'and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be ' +
          'called on these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in ' +
          'torch/optim/optimizer.py as the solution.',
      )
    }
    this.node = null
    this.outputIndex = 0
    this.leafRequiresGrad = false
    return this
  },
}

function setRequiresGrad(x: Tensor, value: boolean): void {
  if (value && x.dtype.kind !== 'floating') {
    throw new RuntimeError('only Tensors of floating point dtype can require gradients')
  }
  if (gradientNode(x) !== null) {
    if (value) return
    throw new RuntimeError(
      'you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that ' +
        "doesn't require differentiation use var_no_grad = var.detach().",
    )
  }
  if (value && x.inference && !modes.inference) {
    throw new RuntimeError('Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.')
  }
  x.leafRequiresGrad = value
}

/** Checks what is assigned to `.grad`. */
function setGrad(x: Tensor, gradient: Tensor | null): void {
  if (gradient === null) {
    clearGradient(x)
    return
  }
  if (!(gradient instanceof Tensor)) {
    throw new TypeError(`assigned grad expected to be a Tensor or None but got grad of type ${typeName(gradient)}`)
  }
  if (gradient === x) throw new RuntimeError("can't assign Variable as its own grad")
  if (gradient.dtype !== x.dtype) {
    const [given, own] = [gradient, x].map(({ dtype }) =>
      dtype === uint8 ? 'unsigned char' : dtype.scalarName.toLowerCase(),
    )
    throw new RuntimeError(
      `attempting to assign a gradient with dtype '${given}' to a tensor with dtype '${own}'. Please ensure that the gradient ` +
        'and the tensor have the same dtype',
    )
  }
  if (gradient.storage.device !== x.storage.device) {
    throw new RuntimeError(
      `attempting to assign a gradient with device type '${gradient.device}' to a tensor with device type '${x.device}'. ` +
        'Please ensure that the gradient and the tensor are on the same device',
    )
  }
  if (!sameShape(gradient.shape, x.shape)) {
    throw new RuntimeError(
      `attempting to assign a gradient of size '${formatShape(gradient.shape)}' to a tensor of size ` +
        `'${formatShape(x.shape)}'. Please ensure that the gradient and the tensor are the same size`,
    )
  }
  x.gradient = gradient
  x.gradientSeen = true
  gradient.storage.kept = true
}

/** Drops a gradient. One that nobody has seen gives its memory back at once. */
function clearGradient(x: Tensor): void {
  const { gradient } = x
  if (gradient !== null && !x.gradientSeen && gradient.node === null) free(gradient.storage)
  x.gradient = null
  x.gradientSeen = false
}

const gradOfNonLeaf =
  'The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute ' +
  "won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf " +
  'Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access ' +
  'the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more informations.'

const getters: PropertyDescriptorMap & ThisType<Tensor> = {
  requires_grad: {
    get(): boolean {
      return requiresGrad(this)
    },
    set(value: boolean) {
      if (typeof value !== 'boolean') {
        throw new RuntimeError(`requires_grad must be a bool, but got ${typeName(value)}`)
      }
      setRequiresGrad(this, value)
    },
  },
  grad: {
    get(): Tensor | null {
      if (this.gradient === null && this.node !== null && !this.is_leaf && !this.retains_grad) warn(gradOfNonLeaf)
      this.gradientSeen = true
      return this.gradient
    },
    set(value: Tensor | null) {
      setGrad(this, value)
    },
  },
  grad_fn: {
    get(): Node | null {
      return gradientNode(this)
    },
  },
  is_leaf: {
    get(): boolean {
      return gradientNode(this) === null
    },
  },
  retains_grad: {
    get(): boolean {
      return gradientNode(this)?.hooks?.retainers.some(({ tensor }) => tensor === this) ?? false
    },
  },
  output_nr: {
    get(): number {
      return gradientNode(this) === null ? 0 : this.outputIndex
    },
  },
}

Object.assign(Tensor.prototype, methods)
bindMethods(
  Tensor.prototype,
  {
    backward: [null, 'Tensor? gradient', 'bool? retain_graph', 'bool create_graph', 'Tensor|Tensor[]? inputs'],
    register_hook: ['any hook'],
    register_post_accumulate_grad_hook: ['any hook'],
  },
  'python',
)
bindMethods(Tensor.prototype, { requires_grad_: [null, 'bool requires_grad'], retain_grad: [], detach_: [] })
Object.defineProperties(Tensor.prototype, getters)
