import { RuntimeError } from '../errors.ts'
import { numel } from '../shape.ts'
import { signature } from '../signature/index.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { ELLIPSIS, parseEquation, resultLabels } from './einsum-equation.ts'
import { bmm } from './matmul.ts'

/**
 * Sums of products, by an equation that names the dimensions: labels that the result lacks are summed, a label twice in one
 * operand takes its diagonal, `...` stands for dimensions that broadcast.
 *
 * @example
 * torch.einsum('bij,bjk->bik', x, y) // a batch of matrix products
 * torch.einsum('ii', x) // the trace
 * @see https://pytorch.org/docs/stable/generated/torch.einsum.html
 */
export const einsum = signature(
  'einsum',
  ['str equation', 'Tensor[] *operands'],
  (equation: string, operands: readonly Tensor[] = []): Tensor => {
    const parsed = parseEquation(equation)
    if (operands.length === 0) throw new RuntimeError('einsum(): must provide at least one operand')
    if (operands.length !== parsed.operands.length) {
      const few = operands.length < parsed.operands.length
      throw new RuntimeError(
        `einsum(): ${few ? 'fewer' : 'more'} operands were provided than specified in the equation`,
      )
    }
    // The dimensions of an ellipsis get labels that nobody can write: counted from the right, as they broadcast.
    const spans = operands.map((x, i) => ellipsisOf(x, parsed.operands[i] as readonly string[], i))
    const widest = Math.max(...spans)
    const unfold = (labels: readonly string[], span: number): string[] =>
      labels.flatMap((label) =>
        label === ELLIPSIS ? Array.from({ length: span }, (_, k) => `.${widest - span + k}`) : [label],
      )
    const result = unfold(resultLabels(parsed), widest)
    const named = operands.map((x, i) =>
      takeDiagonals(x, unfold(parsed.operands[i] as readonly string[], spans[i] as number), i),
    )
    const summed = [...new Set(named.flatMap(({ labels }) => labels))].filter((label) => !result.includes(label))
    const order = [...result, ...summed.sort()]
    checkSizes(named, order)
    return contract(
      named.map(({ x, labels }) => arrange(x, labels, order)),
      result.length,
    )
  },
)

/** A tensor whose dimensions have names. */
interface Named {
  readonly x: Tensor
  readonly labels: readonly string[]
}

/** How many dimensions the ellipsis of an operand stands for. */
function ellipsisOf(x: Tensor, labels: readonly string[], i: number): number {
  const letters = labels.filter((label) => label !== ELLIPSIS).length
  const hasEllipsis = letters < labels.length
  if (hasEllipsis ? letters > x.ndim : letters !== x.ndim) {
    throw new RuntimeError(
      `einsum(): the number of subscripts in the equation (${letters}) ` +
        (hasEllipsis
          ? `is more than the number of dimensions (${x.ndim}) for operand ${i}`
          : `does not match the number of dimensions (${x.ndim}) for operand ${i} and no ellipsis was given`),
    )
  }
  return x.ndim - letters
}

/** Each label once: where an operand repeats one, the diagonal of the two dimensions takes the place of the first. */
function takeDiagonals(x: Tensor, given: readonly string[], i: number): Named {
  let out = x
  const labels = [...given]
  for (let second = 1; second < labels.length; ) {
    const label = labels[second] as string
    const first = labels.indexOf(label)
    if (first === second) {
      second++
      continue
    }
    if (out.shape[first] !== out.shape[second]) {
      throw new RuntimeError(
        `einsum(): subscript ${label} is repeated for operand ${i} but the sizes don't match, ${out.shape[second]} != ${out.shape[first]}`,
      )
    }
    out = out.diagonal(0, first, second).movedim(-1, first)
    labels.splice(second, 1)
  }
  return { x: out, labels }
}

/** Checks that the sizes under one label are equal, or 1. */
function checkSizes(operands: readonly Named[], order: readonly string[]): void {
  for (const label of order) {
    let known = 1
    operands.forEach(({ x, labels }, i) => {
      const size = x.shape[labels.indexOf(label)] ?? 1
      if (size !== 1 && known !== 1 && size !== known) {
        throw new RuntimeError(
          `einsum(): subscript ${label} has size ${size} for operand ${i} which does not broadcast with previously seen size ${known}`,
        )
      }
      if (size !== 1) known = size
    })
  }
}

/** An operand with the dimensions of all labels in order: of size 1 those that it lacks. */
function arrange(x: Tensor, labels: readonly string[], order: readonly string[]): Tensor {
  const lacking = order.filter((label) => !labels.includes(label))
  const all = [...labels, ...lacking]
  const full = lacking.reduce((y) => y.unsqueeze(-1), x)
  return full.permute(order.map((label) => all.indexOf(label)))
}

/** Multiplies operands from left to right; a dimension past the first `kept` is summed when the last that has it comes. */
function contract(operands: readonly Tensor[], kept: number): Tensor {
  const [first, ...rest] = operands as [Tensor, ...Tensor[]]
  const toSum = Array.from({ length: first.ndim - kept }, (_, i) => kept + i)
  if (rest.length === 0) return toSum.length === 0 ? first : first.sum(toSum)
  let out = first
  rest.forEach((operand, i) => {
    const done = toSum.filter((dim) => rest.slice(i + 1).every((later) => later.shape[dim] === 1))
    out = sumOfProducts(out, operand, done)
  })
  return toSum.length === 0 ? out : out.reshape(out.shape.slice(0, kept))
}

/** `(left · right).sum(dims, keepdim)` of operands that broadcast, as a batch of matrix products. */
function sumOfProducts(left: Tensor, right: Tensor, dims: readonly number[]): Tensor {
  const isLong = (x: Tensor, dim: number): boolean => x.shape[dim] !== 1
  const own = (x: Tensor, other: Tensor): Tensor => {
    const alone = dims.filter((dim) => isLong(x, dim) && !isLong(other, dim))
    return alone.length === 0 ? x : x.sum(alone, { keepdim: true })
  }
  const [a, b] = [own(left, right), own(right, left)]
  if (dims.length === 0) return a.mul(b)
  const all = a.shape.map((_, dim) => dim).filter((dim) => !dims.includes(dim))
  const batch = all.filter((dim) => isLong(a, dim) && isLong(b, dim))
  const rows = all.filter((dim) => isLong(a, dim) && !isLong(b, dim))
  const columns = all.filter((dim) => !isLong(a, dim))
  const sizes = (x: Tensor, of: readonly number[]): number[] => of.map((dim) => x.shape[dim] as number)
  const count = (x: Tensor, of: readonly number[]): number => numel(sizes(x, of))
  const products = bmm(
    a.permute([...batch, ...rows, ...dims, ...columns]).reshape([count(a, batch), count(a, rows), count(a, dims)]),
    b.permute([...batch, ...dims, ...columns, ...rows]).reshape([count(b, batch), count(b, dims), count(b, columns)]),
  )
  const order = [...batch, ...rows, ...dims, ...columns]
  const shape = [...sizes(a, batch), ...sizes(a, rows), ...dims.map(() => 1), ...sizes(b, columns)]
  return products.reshape(shape).permute(a.shape.map((_, dim) => order.indexOf(dim)))
}
