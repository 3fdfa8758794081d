/** Golden tensors of `tools/golden/*.py`, as `{ d: dtype, s: shape, v: values }`, and how near to them is equal. */
import { readFileSync } from 'node:fs'
import * as torch from '@chainrule/core'

export interface GoldenTensor {
  readonly d: 'f32' | 'f64'
  readonly s: readonly number[]
  readonly v: readonly (number | '-0')[]
}

/** The golden file `golden/NAME.json`. */
export function readGolden<T>(name: string): Readonly<Record<string, T>> {
  return JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8'))
}

/** The entries whose name begins with `kind`. */
export function entriesOf<T>(golden: Readonly<Record<string, unknown>>, kind: string): [string, T][] {
  return Object.entries(golden).flatMap(([name, entry]) => (name.startsWith(`${kind} `) ? [[name, entry as T]] : []))
}

/** The tensor that a golden one stands for. */
export function fromGolden({ d, s, v }: GoldenTensor): torch.Tensor {
  return torch.tensor(v.map(Number), { dtype: d === 'f32' ? torch.float32 : torch.float64 }).reshape([...s])
}

/** The elements in row-major order. */
export function elements(x: torch.Tensor): number[] {
  return Array.from({ length: x.numel() }, (_, i) => x.detach().reshape([-1]).select(0, i).item())
}

/** Says where a tensor is not PyTorch's: beyond 1e-6 relative in float32, 1e-12 in float64. Null where it is. */
export function difference(x: unknown, expected: GoldenTensor): string | null {
  if (!(x instanceof torch.Tensor)) return `${String(x)} where PyTorch has a tensor`
  const single = expected.d === 'f32'
  if (x.dtype !== (single ? torch.float32 : torch.float64)) return `dtype ${x.dtype.name}, PyTorch ${expected.d}`
  if (x.shape.join() !== expected.s.join()) return `shape ${x.shape.join()}, PyTorch ${expected.s.join()}`
  const wrong = elements(x).flatMap((value, i) => {
    const golden = Number(expected.v[i])
    const allowed = (single ? 1e-6 : 1e-12) * Math.abs(golden) + (single ? 1e-7 : 1e-13)
    return Math.abs(value - golden) <= allowed ? [] : [`[${i}] ${value}, PyTorch ${golden}`]
  })
  return wrong.length === 0 ? null : wrong.join('; ')
}

/** What a call threw, as `{ error: type, message }`; 'nothing' where it returned. */
export function caught(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    if (error instanceof Error) return { error: error.name, message: error.message }
    throw error
  }
  return 'nothing'
}
