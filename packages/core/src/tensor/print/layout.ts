import type { Cells } from './cells.ts'

/**
 * Which elements a tensor of this shape shows, as row-major indices: along each dimension of more than twice `edge`
 * items the first and the last `edge` of them, along the others all. `edge` is Infinity where nothing is left out.
 */
export function shownIndices(shape: readonly number[], edge: number): number[] {
  return shape.reduce<number[]>(
    (outer, size) => {
      const positions = shownPositions(size, edge)
      return outer.flatMap((index) => positions.map((position) => index * size + position))
    },
    [0],
  )
}

function shownPositions(size: number, edge: number): number[] {
  const skipped = Math.max(0, size - 2 * edge)
  return Array.from({ length: size - skipped }, (_, i) => (i < edge ? i : i + skipped))
}

/** The shown elements between their brackets, starting in column `indent`; lines break before `linewidth`. */
export function nest(cells: Cells, shape: readonly number[], edge: number, indent: number, linewidth: number): string {
  const { texts, width } = cells
  const [size, ...inner] = shape
  if (size === undefined) return texts.join('')
  const abridge = (items: readonly string[], ellipsis: string) =>
    size > 2 * edge ? [...items.slice(0, edge), ellipsis, ...items.slice(edge)] : items

  const newline = `\n${' '.repeat(indent + 1)}`
  if (inner.length === 0) {
    const perLine = Math.max(1, Math.floor((linewidth - indent) / (width + ', '.length)))
    const lines = chunks(abridge(texts, ' ...'), perLine).map((line) => line.join(', '))
    return `[${lines.join(`,${newline}`)}]`
  }
  const rows = chunks(texts, texts.length / Math.min(size, 2 * edge)).map((row) =>
    nest({ texts: row, width }, inner, edge, indent + 1, linewidth),
  )
  return `[${abridge(rows, '...').join(`,${'\n'.repeat(inner.length - 1)}${newline}`)}]`
}

function chunks(items: readonly string[], length: number): string[][] {
  const result: string[][] = []
  for (let start = 0; start < items.length; start += length) result.push(items.slice(start, start + length))
  return result
}
