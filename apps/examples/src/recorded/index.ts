import { notebook1 } from './notebook-1.ts'
import { notebook2 } from './notebook-2.ts'
import { notebook3 } from './notebook-3.ts'
import { notebook4 } from './notebook-4.ts'
import { notebook5 } from './notebook-5.ts'

/** A notebook, and what its cells showed when it was run: printed lines, the value of the last line, or an error. */
export interface Recorded {
  readonly title: string
  /** Where the notebook was published, if it says so. */
  readonly source?: string
  readonly outputs: Readonly<Record<string, string>>
}

/** The five notebooks, under their numbers. */
export const recorded: Readonly<Record<string, Recorded>> = {
  1: notebook1,
  2: notebook2,
  3: notebook3,
  4: notebook4,
  5: notebook5,
}
