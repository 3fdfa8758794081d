import { FormulaError } from '../errors.ts'

const contextWidth = 60

/** The error `message` at `position` (in UTF-16 units from 0) of `source`, with the line around it and a caret. */
export function errorAt(source: string, position: number, message: string, hint = ''): FormulaError {
  const start = Math.max(0, position - contextWidth)
  const end = Math.min(source.length, position + contextWidth)
  // Line breaks and tabs become spaces so that the caret stays under its column.
  const line = source.slice(start, end).replace(/\s/g, ' ')
  const before = start > 0 ? '…' : ''
  const after = end < source.length ? '…' : ''
  const caret = `${' '.repeat(before.length + position - start)}^`
  const lines = [`formula: ${message} at column ${position + 1}`, `  ${before}${line}${after}`, `  ${caret}`]
  if (hint !== '') lines.push(`  ${hint}`)
  return new FormulaError(lines.join('\n'))
}
