import { rows as all } from '../gpu/rows.ts'
import type { Row } from '../rows.ts'

const known = (name: string): Row[] => all.filter((row) => row.name === name)

/** What is measured on a card: what matters most first, since time may run out. */
export const rows: readonly Row[] = [
  ...['gpt-adamw', 'cnn-adam', 'mlp-sgd', 'matmul-1024'].flatMap(known),
  { name: 'matmul-4096', title: 'matmul 4096 × 4096', flop: 2 * 4096 ** 3 },
  { name: 'add-8', title: 'x + y, 8' },
  { name: 'read', title: 'reading one number' },
  ...['add', 'exp'].flatMap(known),
  { name: 'exp-1e7', title: 'exp, 10⁷' },
  { name: 'sum', title: 'sum, 10⁶' },
  { name: 'sum-rows', title: 'sums of rows, 1024²' },
  { name: 'softmax', title: 'softmax, 1024²' },
  { name: 'layer-norm', title: 'layer norm, 1024²' },
  { name: 'conv', title: 'conv 3 × 3, 64 → 64, 16 × 28²' },
  ...['gelu', 'matmul-256', 'matmul-64', 'exp-1e5', 'exp-1e4'].flatMap(known),
]
