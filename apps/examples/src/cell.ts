import type { Tensor } from '@chainrule/core'

/** What a cell prints or gives. */
export type Value = Tensor | number | string | boolean | null | undefined

/** Writes a line below a cell as Python's `print` does: its arguments, with a space between. */
export type Print = (...values: readonly Value[]) => void

/** A cell of a notebook: its number, and what it does. Below it are shown what it prints and then the value it gives. */
export type Cell = (id: number | string, run: (print: Print) => Value | void) => void

/** What a scenario relives: for each notebook, under its number, the program whose cells it shows. */
export type Notebooks = Readonly<Record<number, (cell: Cell) => void>>

/** What a cell showed when it was run here. */
export interface Shown {
  readonly notebook: string
  readonly cell: string
  readonly text: string
}

/** Runs the programs, and gives what their cells showed; an error ends a cell, and is shown, as in a notebook. */
export function relive(notebooks: Notebooks): Shown[] {
  const shown: Shown[] = []
  for (const [notebook, program] of Object.entries(notebooks)) {
    const cell: Cell = (id, run) => void shown.push({ notebook, cell: String(id), text: show(run) })
    const rest = show(() => program(cell))
    // No notebook has such a cell, so the checker reports it.
    if (rest !== '') shown.push({ notebook, cell: 'outside of its cells', text: rest })
  }
  return shown
}

function show(run: (print: Print) => Value | void): string {
  const lines: string[] = []
  try {
    const value = run((...values) => void lines.push(values.map(python).join(' ')))
    if (value !== undefined && value !== null) lines.push(python(value))
  } catch (error) {
    lines.push(String(error))
  }
  return lines.join('\n')
}

/** A value as Python writes it. */
function python(value: Value): string {
  if (value === true) return 'True'
  if (value === false) return 'False'
  return value === null || value === undefined ? 'None' : String(value)
}
