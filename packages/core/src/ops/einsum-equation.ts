import { RuntimeError } from '../errors.ts'

/** Stands for the dimensions of an ellipsis in a list of labels. */
export const ELLIPSIS = '...'

/** The labels of each operand's dimensions and of the result's; `null` where the equation does not name the result. */
export interface Equation {
  readonly operands: readonly (readonly string[])[]
  readonly result: readonly string[] | null
}

/** Reads an equation of `einsum`: letters, `...`, commas between operands, `->` before the result. */
export function parseEquation(equation: string): Equation {
  const arrow = equation.indexOf('->')
  const left = arrow < 0 ? equation : equation.slice(0, arrow)
  let start = 0
  const operands = left.split(',').map((text, i) => {
    const labels = labelsOf(text, start, `operand ${i}`)
    start += text.length + 1
    return labels
  })
  return { operands, result: arrow < 0 ? null : labelsOf(equation.slice(arrow + 2), arrow + 2, 'the output') }
}

function labelsOf(text: string, start: number, whose: string): string[] {
  const labels: string[] = []
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] as string
    if (letter === ' ') continue
    if (letter === '.') {
      if (labels.includes(ELLIPSIS)) {
        throw new RuntimeError(`einsum(): found '.' for ${whose} for which an ellipsis was already found`)
      }
      if (text.slice(i, i + 3) !== ELLIPSIS) {
        throw new RuntimeError(`einsum(): found '.' for ${whose} that is not part of any ellipsis`)
      }
      labels.push(ELLIPSIS)
      i += 2
    } else if (/[a-zA-Z]/.test(letter)) labels.push(letter)
    else {
      throw new RuntimeError(
        `einsum(): invalid subscript given at index ${start + i} in the equation string, subscripts must be in [a-zA-Z]`,
      )
    }
  }
  return labels
}

/** The labels of the result: as written, or those of the ellipsis and then, in order, the letters that occur once. */
export function resultLabels({ operands, result }: Equation): readonly string[] {
  const all = operands.flat()
  if (result === null) {
    const once = all.filter((label) => label !== ELLIPSIS && all.indexOf(label) === all.lastIndexOf(label))
    return [...(all.includes(ELLIPSIS) ? [ELLIPSIS] : []), ...once.sort()]
  }
  for (const label of result) {
    if (result.indexOf(label) !== result.lastIndexOf(label)) {
      throw new RuntimeError(`einsum(): output subscript ${label} appears more than once in the output`)
    }
    if (label !== ELLIPSIS && !all.includes(label)) {
      throw new RuntimeError(
        `einsum(): output subscript ${label} does not appear in the equation for any input operand`,
      )
    }
  }
  return result
}
