// Differences that are meant, or that come of something else than a fault, each with its reason.

import type { Disagreement } from './compare.ts'
import type { Program } from './program.ts'

export interface Known {
  readonly reason: string
  readonly holds: (found: Disagreement, program: Program) => boolean
}

/** Names of nodes: here, as in PyTorch 2, and in 1.13. */
const NODES: readonly (readonly [string, RegExp])[] = [
  ['ViewBackward0', /^(ReshapeAlias|UnsafeView)Backward0$/],
  ['LinalgVectorNormBackward0', /^NormBackward[01]$/],
  ['SqueezeBackward3', /^SqueezeBackward2$/],
  ['SqueezeBackward4', /^SqueezeBackward3$/],
]

export const KNOWN: readonly Known[] = [
  {
    reason: 'PyTorch 2 names the node otherwise than 1.13',
    holds: ({ kind, here, there }) =>
      kind.endsWith('grad_fn') && NODES.some(([name, old]) => here.replace(/^.*: /, '') === name && old.test(there)),
  },
  {
    reason:
      "the node of PyTorch 1.13 is called NotImplemented, for an op that has no derivative there: PyTorch 2's name is here",
    holds: ({ kind, there }) => kind.endsWith('grad_fn') && there === 'NotImplemented',
  },
  {
    reason:
      'sums of integers are int32 here; of tensors that require a gradient PyTorch 1.13 fails with an internal assertion',
    holds: ({ there }) => there.includes('INTERNAL ASSERT FAILED'),
  },
]

/** Why a disagreement is none, or `null`. */
export const explanation = (found: Disagreement, program: Program): string | null =>
  KNOWN.find(({ holds }) => holds(found, program))?.reason ?? null
