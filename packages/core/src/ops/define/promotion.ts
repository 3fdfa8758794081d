import { bool, type DType, dtypes, float32, int32, type Kind } from '../../dtype.ts'
import { RuntimeError } from '../../errors.ts'
import { signature } from '../../signature/index.ts'
import { Tensor, type TensorLike } from '../../tensor/tensor.ts'

const ranks: Record<Kind, number> = { bool: 0, integer: 1, floating: 2 }

/** The smallest dtype that holds the values of both. */
export function promote(a: DType, b: DType): DType {
  return dtypes.indexOf(a) > dtypes.indexOf(b) ? a : b
}

/** The dtype of a JavaScript number where nothing else decides: whole numbers are integers, as in Python's `2`. */
export function numberType(value: number | boolean): DType {
  if (typeof value === 'boolean') return bool
  return Number.isInteger(value) ? int32 : float32
}

/**
 * The dtype an op computes in. Tensors with dimensions decide; 0-dimensional ones and then plain numbers only raise the
 * kind (bool, integer, floating), never the width.
 *
 * @see https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc
 */
export function resultType(...operands: readonly TensorLike[]): DType {
  const [first] = operands
  if (operands.length === 1 && first instanceof Tensor) return first.dtype
  let result: DType | null = null
  for (const candidate of [decide(operands, 1), decide(operands, 0), decide(operands, -1)]) {
    if (candidate === null) continue
    if (result === null || ranks[candidate.kind] > ranks[result.kind]) result = candidate
  }
  return result ?? float32
}

/** The dtype of the operands of one priority: dimensioned tensors (1), 0-dimensional tensors (0), numbers (-1). */
function decide(operands: readonly TensorLike[], priority: number): DType | null {
  let result: DType | null = null
  for (const operand of operands) {
    const isTensor = operand instanceof Tensor
    if (priority !== (isTensor ? Math.min(operand.shape.length, 1) : -1)) continue
    const dtype = isTensor ? operand.dtype : numberType(operand)
    result = result === null ? dtype : promote(result, dtype)
  }
  return result
}

/** Checks a factor of integers, which has to be one itself. */
export function checkFactor(name: string, operands: readonly TensorLike[], factor: number | boolean): void {
  const { kind } = resultType(...operands)
  if (typeof factor === 'boolean' && kind !== 'bool') {
    throw new RuntimeError(`Boolean ${name} only supported for Boolean results.`)
  }
  if (kind !== 'floating' && numberType(factor).kind === 'floating') {
    throw new RuntimeError(`For integral input tensors, argument ${name} must not be a floating point number.`)
  }
}

/** Whether a result of one dtype may be written into a tensor of another: the kind must not fall. */
export function canCast(from: DType, to: DType): boolean {
  return ranks[from.kind] <= ranks[to.kind]
}

/** The smallest dtype that holds the values of both. */
export const promote_types = signature('promote_types', ['dtype type1', 'dtype type2'], promote)
/** Whether a result of one dtype may be written into a tensor of another: the kind must not fall. */
export const can_cast = signature('can_cast', ['dtype from_', 'dtype to'], canCast)
/** The dtype that an op of two operands computes in; see `resultType`. */
export const result_type = signature(
  'result_type',
  ['Tensor|Number tensor1', 'Tensor|Number tensor2'],
  (tensor1: TensorLike, tensor2: TensorLike): DType => resultType(tensor1, tensor2),
)
