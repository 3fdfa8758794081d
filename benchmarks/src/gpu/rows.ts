import { rows as all, type Row } from '../rows.ts'

const named = (names: readonly string[]): Row[] => names.flatMap((wanted) => all.filter(({ name }) => name === wanted))

/** What is measured on the GPU, in the order of the tables. */
export const rows: readonly Row[] = [
  ...named(['matmul-64', 'matmul-256', 'matmul-1024']),
  { name: 'exp-1e4', title: 'exp, 10⁴' },
  { name: 'exp-1e5', title: 'exp, 10⁵' },
  ...named(['exp', 'add', 'gelu', 'mlp-sgd', 'cnn-adam', 'gpt-adamw']),
]

/** Rows of one kind by their size, with what the size is: from one of them on, a GPU may pay. */
export const families: Readonly<Record<string, readonly (readonly [row: string, size: string])[]>> = {
  'matrix products': [
    ['matmul-64', '64 × 64'],
    ['matmul-256', '256 × 256'],
    ['matmul-1024', '1024 × 1024'],
  ],
  'exp of a vector': [
    ['exp-1e4', '10⁴ elements'],
    ['exp-1e5', '10⁵ elements'],
    ['exp', '10⁶ elements'],
  ],
}
