import { addmm, RuntimeError, signature, type Tensor } from '@chainrule/core'

/**
 * `x Aᵀ + b` on the last dimension: `[…, in], [out, in] → […, out]`.
 *
 * @throws RuntimeError when the sizes of `input` and `weight` do not match.
 */
export const linear = signature(
  'linear',
  ['Tensor input', 'Tensor weight', 'Tensor? bias'],
  (input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor => {
    if (bias === null) return input.matmul(weight.t())
    if (input.ndim === 2) return addmm(bias, input, weight.t())
    if (input.ndim > 0 && input.is_contiguous()) {
      const lead = input.shape.slice(0, -1)
      const rows = input.view(
        lead.reduce((a, b) => a * b, 1),
        input.size(-1),
      )
      return addmm(bias, rows, weight.t()).view([...lead, weight.size(0)])
    }
    return input.matmul(weight.t()).add(bias)
  },
)

/** `x₁ᵀ A x₂ + b`: `[…, in1], […, in2], [out, in1, in2] → […, out]`. */
export const bilinear = signature(
  'bilinear',
  ['Tensor input1', 'Tensor input2', 'Tensor weight', 'Tensor? bias'],
  (input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor => {
    const [out, in1, in2] = weight.shape as [number, number, number]
    for (const [i, x, size] of [[1, input1, in1] as const, [2, input2, in2] as const]) {
      if (x.size(-1) !== size) {
        throw new RuntimeError(
          `bilinear(): input${i} size does not match weight size: got ${x.size(-1)} but expected ${size}`,
        )
      }
    }
    // [b, in1] × [in1, out·in2] → [b, out, in2], then · x₂ over in2.
    const rows = input1.reshape(-1, in1).matmul(weight.permute(1, 0, 2).reshape(in1, out * in2))
    const result = rows
      .view(-1, out, in2)
      .matmul(input2.reshape(-1, in2, 1))
      .view([...input1.shape.slice(0, -1), out])
    return bias === null ? result : result.add(bias)
  },
)
