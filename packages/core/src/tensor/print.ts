/**
 * A tensor as PyTorch prints it, to the character: the rules are those of PyTorch 2's `torch/_tensor_str.py`.
 * `tools/golden/print.py` has PyTorch print the tensors that the tests compare with.
 */
import type { DeviceName } from '../devices/device.ts'
import { bool, type DType, float32, int32 } from '../dtype.ts'
import { formatCells } from './print/cells.ts'
import { nest, shownIndices } from './print/layout.ts'
import { get_printoptions, type PrintOptions } from './print/options.ts'
import { repr } from './print/python.ts'

export { get_printoptions, type PrintOptions, type PrintOptionsChange, set_printoptions } from './print/options.ts'
export { type ReprOptions, repr } from './print/python.ts'

/** What a print needs to know of a tensor. */
export interface Printable {
  readonly shape: readonly number[]
  readonly dtype: DType
  /** The element at an index in row-major order, truth values as 0 and 1. Only elements that are shown are asked for. */
  at(index: number): number
  readonly requires_grad: boolean
  /** The name of the node that made the tensor, such as `MulBackward0`; it takes the place of `requires_grad`. */
  readonly grad_fn: string | null
  /** Printed unless it is `'cpu'`. */
  readonly device: DeviceName
}

const prefix = 'tensor('
/** The dtypes that the printed elements tell by themselves. */
const evident: readonly DType[] = [float32, int32, bool]

/** PyTorch's `repr` of a tensor: `tensor([1., 2.], requires_grad=True)`. */
export function formatTensor(x: Printable): string {
  const options = get_printoptions()
  const numel = x.shape.reduce((product, size) => product * size, 1)
  const contents = numel === 0 ? '[]' : formatElements(x, numel > options.threshold, options)
  return addSuffixes(prefix + contents, suffixesOf(x, numel === 0, options), options.linewidth)
}

function formatElements(x: Printable, summarize: boolean, options: PrintOptions): string {
  const edge = summarize ? options.edgeitems : Number.POSITIVE_INFINITY
  if (edge === 0 && x.shape.length > 0) return '[...]'
  const values = shownIndices(x.shape, edge).map((index) => x.at(index))
  return nest(formatCells(values, x.dtype, options), x.shape, edge, prefix.length, options.linewidth)
}

/** What stands after the contents, in PyTorch's order. */
function suffixesOf(x: Printable, empty: boolean, { edgeitems }: PrintOptions): string[] {
  const suffixes: string[] = []
  if (x.device !== 'cpu') suffixes.push(`device='${x.device}'`)
  if (empty ? x.shape.length !== 1 : edgeitems === 0) suffixes.push(`size=${repr(x.shape)}`)
  if (empty ? x.dtype !== float32 : !evident.includes(x.dtype)) suffixes.push(`dtype=${x.dtype.toString()}`)
  if (x.grad_fn !== null) suffixes.push(`grad_fn=<${x.grad_fn}>`)
  else if (x.requires_grad) suffixes.push('requires_grad=True')
  return suffixes
}

/** Appends the suffixes, each on a line of its own where it would pass the line's end. */
function addSuffixes(text: string, suffixes: readonly string[], linewidth: number): string {
  let result = text
  // Two more than the last line has: so does PyTorch count.
  let used = text.length - text.lastIndexOf('\n') + 1
  for (const suffix of suffixes) {
    if (used + suffix.length + ', '.length > linewidth) {
      result += `,\n${' '.repeat(prefix.length)}${suffix}`
      used = prefix.length + suffix.length
    } else {
      result += `, ${suffix}`
      used += suffix.length + ', '.length
    }
  }
  return `${result})`
}
