import { repr, Tensor } from '@chainrule/core'

/** What a cell prints or gives. */
export type Value = Tensor | number | string | boolean | null | undefined

/** Writes a line below a cell as Python's `print` does: its arguments as they are now, with a space between. */
export type Print = (...values: readonly Value[]) => void

type Run = (print: Print) => Value | void | Promise<void>

/**
 * A cell of a notebook: its number, and what it does. Below it are shown what it prints and then the value it gives. One that
 * computes with values that it reads is `async`, since not every device can be read at once.
 */
export type Cell = (id: number | string, run: Run) => void

/** What a scenario relives: for each notebook, under its number, the program whose cells it shows. */
export type Notebooks = Readonly<Record<number, (cell: Cell) => void>>

/** What a cell showed when it was run here. */
export interface Shown {
  readonly notebook: string
  readonly cell: string
  readonly text: string
}

/** Runs the programs, and gives what their cells showed; an error ends a cell, and is shown, as in a notebook. */
export async function relive(notebooks: Notebooks): Promise<Shown[]> {
  const shown: Shown[] = []
  for (const [notebook, program] of Object.entries(notebooks)) {
    const cells: Promise<Shown>[] = []
    const cell: Cell = (id, run) => {
      cells.push(show(run).then((text) => ({ notebook, cell: String(id), text })))
    }
    const rest = await show(() => program(cell))
    shown.push(...(await Promise.all(cells)))
    // No notebook has such a cell, so the checker reports it.
    if (rest !== '') shown.push({ notebook, cell: 'outside of its cells', text: rest })
  }
  return shown
}

/** Runs a cell before it first waits: what is printed is read at that moment, though it may arrive later. */
async function show(run: Run): Promise<string> {
  const lines: Promise<string>[] = []
  try {
    const given = run((...values) => void lines.push(line(values)))
    if (given instanceof Promise) await given
    else if (given !== undefined && given !== null) lines.push(line([given]))
    return (await Promise.all(lines)).join('\n')
  } catch (error) {
    const printed = await Promise.allSettled(lines)
    const texts = printed.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    return [...texts, String(error)].join('\n')
  }
}

/** A line of values as Python writes them. */
async function line(values: readonly Value[]): Promise<string> {
  const text = async (value: Value): Promise<string> => {
    if (value instanceof Tensor) return value.repr_async()
    return typeof value === 'string' ? value : repr(value)
  }
  return (await Promise.all(values.map(text))).join(' ')
}
