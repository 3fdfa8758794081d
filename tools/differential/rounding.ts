// Whether a disagreement is one of last bits that the program itself makes larger: of 1 / √ε of rows that are constant, of sums that cancel.

import { compare, type Disagreement } from './compare.ts'
import type { Outcome, Program, Statement } from './program.ts'
import { Random } from './random.ts'

/** The explanation of what `isRounding` tells. */
export const ROUNDING =
  'last bits, which the program makes larger: PyTorch differs from itself as much when the last bits of inputs change'

/** A disagreement above this is not put down to rounding. */
const LARGEST = 1e-2

/** What is left of numbers of the size of the inputs where they cancel. */
const CANCELLED = 2 ** -22

/** The program with the last bit of its inputs changed. */
function nudged(program: Program, seed: number): Program {
  const random = new Random(seed)
  const statements = program.statements.map((statement): Statement => {
    if (statement.op !== 'input') return statement
    const [dtype, shape, values, requires_grad] = statement.args
    const bit = JSON.stringify(dtype).includes('float32')
      ? 2 ** -23
      : JSON.stringify(dtype).includes('float64')
        ? 2 ** -52
        : 0
    const moved = (values as readonly (number | boolean)[]).map((value) =>
      typeof value === 'number' ? value * (1 + bit * random.of([-1, 0, 1])) : value,
    )
    return { ...statement, args: [dtype ?? null, shape ?? null, moved, requires_grad ?? null] }
  })
  return { ...program, statements }
}

/** Whether PyTorch differs from itself by as much in the same place when the last bits of the inputs change. */
export async function isRounding(
  program: Program,
  found: Disagreement,
  there: (program: Program) => Promise<Outcome | null>,
): Promise<boolean> {
  const size = Math.max(1, largest(program))
  if (!/(^|grad |afterwards )values$/.test(found.kind) || found.distance > LARGEST * size) return false
  if (found.distance < CANCELLED * size) return true
  const straight = await there(program)
  if (straight === null) return false
  for (let seed = 0; seed < 6; seed++) {
    const moved = await there(nudged(program, seed))
    const verdict = moved === null ? [] : compare(program, moved, straight)
    if ('kind' in verdict && verdict.distance >= found.distance / 20) return true
  }
  return false
}

/** The largest of the numbers that go in. */
function largest({ statements }: Program): number {
  const numbers = statements.flatMap(({ op, args }) => (op === 'input' ? (args[2] as readonly unknown[]) : []))
  return numbers.reduce<number>((top, value) => (typeof value === 'number' ? Math.max(top, Math.abs(value)) : top), 0)
}
