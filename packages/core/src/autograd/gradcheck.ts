import { float64 } from '../dtype.ts'
import { GradcheckError, TypeError, ValueError } from '../errors.ts'
import { shown, signature } from '../signature/index.ts'
import { Tensor } from '../tensor/tensor.ts'
import { warn } from '../warnings.ts'
import { grad } from './backward.ts'

type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[]

const gradcheckParameters = [
  'function func',
  'Tensor|Tensor[] inputs',
  'float eps',
  'float atol',
  'float rtol',
  'bool raise_exception',
] as const
const gradgradcheckParameters = [
  'function func',
  'Tensor|Tensor[] inputs',
  'Tensor|Tensor[]? grad_outputs',
  'float eps',
  'float atol',
  'float rtol',
  'bool raise_exception',
] as const

/** The tensors of a result that gradients can flow to. */
function outputsOf(result: unknown): Tensor[] {
  const list: readonly unknown[] = Array.isArray(result) ? result : [result]
  return list
    .map((x) => {
      if (x instanceof Tensor) return x
      throw new TypeError(`gradcheck(): func must give a Tensor or a list of Tensors, got ${shown(result)}`)
    })
    .filter((x) => x.dtype.kind === 'floating')
}

/** Row `i` column `j`: the derivative of output `j` by input element `i`, from central differences. */
function numericalJacobian(
  fn: Differentiable,
  inputs: readonly Tensor[],
  input: number,
  output: number,
  eps: number,
): number[][] {
  const x = inputs[input] as Tensor
  const flat = x.to_typed_array()
  const at = (i: number, value: number): number[] => {
    const moved = Float64Array.from(flat)
    moved[i] = value
    const changed = inputs.map((y, k) => {
      const copy = k === input ? y.new_tensor(moved).reshape(y.shape) : y.detach()
      return y.requires_grad ? copy.requires_grad_() : copy
    })
    // Recorded, since the function may itself ask for gradients.
    return [...(outputsOf(fn(...changed))[output] as Tensor).to_typed_array()]
  }
  return Array.from(flat, (value, i) => {
    const [up, down] = [at(i, value + eps), at(i, value - eps)]
    return up.map((y, j) => (y - (down[j] as number)) / (2 * eps))
  })
}

/** As `numericalJacobian`, by a backward pass for each output element. */
function analyticalJacobian(out: Tensor, x: Tensor): number[][] {
  const rows = Array.from({ length: x.numel() }, () => new Array<number>(out.numel()).fill(0))
  for (let j = 0; j < out.numel(); j++) {
    const start = out.new_zeros(out.shape)
    start.view(-1).index_put_([j], 1)
    const [gradient] = grad(out, x, { grad_outputs: start, retain_graph: true, allow_unused: true })
    gradient?.to_typed_array().forEach((value, i) => {
      ;(rows[i] as number[])[j] = value
    })
  }
  return rows
}

/**
 * Compares the gradients of a function with finite differences, for each input that requires them. Inputs have to be
 * float64: smaller types drown the differences in rounding.
 *
 * @returns true, or an error that shows both Jacobians.
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradcheck.html
 */
export const gradcheck = signature('gradcheck', gradcheckParameters, check, 'python')

function check(
  fn: Differentiable,
  inputs: Tensor | readonly Tensor[],
  eps = 1e-6,
  atol = 1e-5,
  rtol = 1e-3,
  raise_exception = true,
): boolean {
  const tensors = inputs instanceof Tensor ? [inputs] : [...inputs]
  const checked = tensors.flatMap((x, i) => (x.requires_grad ? [i] : []))
  const fail = (message: string): boolean => {
    if (raise_exception) throw new GradcheckError(message)
    return false
  }
  if (checked.length === 0) {
    throw new ValueError(
      'gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True.',
    )
  }
  for (const i of checked) {
    if ((tensors[i] as Tensor).dtype === float64) continue
    warn(
      `Input #${i} requires gradient and is not a double precision floating point or complex. This check will likely fail ` +
        'if all the inputs are not of double precision floating point or complex.',
    )
  }
  const outputs = outputsOf(fn(...tensors))
  for (const [o, out] of outputs.entries()) {
    for (const i of checked) {
      const x = tensors[i] as Tensor
      const numerical = numericalJacobian(fn, tensors, i, o, eps)
      const analytical = out.requires_grad ? analyticalJacobian(out, x) : numerical.map((row) => row.map(() => 0))
      const isNear = numerical.every((row, r) =>
        row.every((n, c) => {
          const a = analytical[r]?.[c] as number
          return Object.is(a, n) || Math.abs(a - n) <= atol + rtol * Math.abs(n)
        }),
      )
      if (isNear) continue
      const show = (rows: number[][]): string => String(x.new_tensor(rows))
      return fail(
        `Jacobian mismatch for output ${o} with respect to input ${i},\nnumerical:${show(numerical)}\nanalytical:${show(analytical)}\n`,
      )
    }
  }
  return true
}

/**
 * As `gradcheck`, for the gradient of the gradient: the backward pass is itself differentiated.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.gradcheck.gradgradcheck.html
 */
export const gradgradcheck = signature(
  'gradgradcheck',
  gradgradcheckParameters,
  (
    fn: Differentiable,
    inputs: Tensor | readonly Tensor[],
    grad_outputs: Tensor | readonly Tensor[] | null = null,
    eps = 1e-6,
    atol = 1e-5,
    rtol = 1e-3,
    raise_exception = true,
  ): boolean => {
    const tensors = inputs instanceof Tensor ? [inputs] : [...inputs]
    const outputs = outputsOf(fn(...tensors))
    // Fixed starting gradients of no special form, and inputs of the check themselves.
    const given = grad_outputs instanceof Tensor ? [grad_outputs] : grad_outputs
    const starts =
      given ??
      outputs.map((out) =>
        out
          .new_tensor(Array.from({ length: out.numel() }, (_, i) => 0.5 + Math.abs(Math.sin(i + 1))))
          .reshape(out.shape)
          .requires_grad_(),
      )
    const gradientOf = (...all: Tensor[]): Tensor[] => {
      const xs = all.slice(0, tensors.length)
      const leaves = xs.filter((_, i) => (tensors[i] as Tensor).requires_grad)
      const found = grad(outputsOf(fn(...xs)), leaves, {
        grad_outputs: all.slice(tensors.length),
        create_graph: true,
        allow_unused: true,
      })
      return found.map((gradient, i) => gradient ?? (leaves[i] as Tensor).mul(0))
    }
    return check(gradientOf, [...tensors, ...starts], eps, atol, rtol, raise_exception)
  },
  'python',
)
