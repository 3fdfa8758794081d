// What an explanation is, and what it may look at.

import type { Disagreement } from '../compare.ts'
import type { Program } from '../program.ts'

export interface Known {
  readonly reason: string
  readonly holds: (found: Disagreement, program: Program) => boolean
}

/** In the gradients of a program, or what is made of them. */
export function ofGradients({ op, kind, here }: Disagreement, { statements }: Program): boolean {
  const [, name] = /^(v\d+)[[:]/.exec(here) ?? []
  const maker = statements.find(({ out }) => out === name)?.op
  return op === 'grad' || kind.startsWith('grad ') || (op === 'afterwards' && maker === 'grad')
}

/** Whether a program calls one of the ops, as a function, a method or a layer. */
export const has = ({ statements }: Program, ...ops: readonly string[]): boolean =>
  statements.some(({ op }) => ops.includes(op.split('.').at(-1) ?? ''))

/** Whether a program calls an op whose name matches. */
export const hasLike = ({ statements }: Program, pattern: RegExp): boolean =>
  statements.some(({ op }) => pattern.test(op.split('.').at(-1) ?? ''))

/** Whether an input has an element that is infinite, NaN, or so large that its square is infinite in float32. */
export const hasHuge = ({ statements }: Program): boolean =>
  statements.some(
    ({ op, args }) =>
      op === 'input' &&
      (args[2] as readonly unknown[]).some(
        (value) =>
          (typeof value === 'number' && Math.abs(value) > 1e18) || (typeof value === 'object' && !isMinusZero(value)),
      ),
  )
const isMinusZero = (value: unknown): boolean => JSON.stringify(value) === '{"number":"-0"}'
