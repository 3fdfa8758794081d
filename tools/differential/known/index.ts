// Differences that are meant, or that come of something else than a fault, each with its reason.

import type { Disagreement } from '../compare.ts'
import type { Program } from '../program.ts'
import { graph } from './graph.ts'
import type { Known } from './known.ts'
import { memory } from './memory.ts'
import { numbers } from './numbers.ts'
import { versions } from './versions.ts'

const KNOWN: readonly Known[] = [...versions, ...graph, ...memory, ...numbers]

/** Why a disagreement is none, or `null`. */
export const explanation = (found: Disagreement, program: Program): string | null =>
  KNOWN.find(({ holds }) => holds(found, program))?.reason ?? null
