// Where the lines of a rewritten file of declarations come from: source maps, which editors follow to the source.

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** A place in a declaration, and that in the source which it comes from. @typedef {{ line: number, column: number, source: string, sourceLine: number, sourceColumn: number }} Segment */
/** @typedef {{ sources: readonly string[], mappings: string }} SourceMap */

/** @param {SourceMap} map @returns {Segment[]} */
export function decode({ sources, mappings }) {
  const segments = []
  let [source, sourceLine, sourceColumn] = [0, 0, 0]
  for (const [line, text] of mappings.split(';').entries()) {
    let column = 0
    for (const part of text === '' ? [] : text.split(',')) {
      const [a = 0, b = 0, c = 0, d = 0] = numbers(part)
      column += a
      source += b
      sourceLine += c
      sourceColumn += d
      segments.push({ line, column, source: sources[source] ?? '', sourceLine, sourceColumn })
    }
  }
  return segments
}

/** @param {readonly Segment[]} segments @returns {SourceMap} */
export function encode(segments) {
  const sources = [...new Set(segments.map((one) => one.source))]
  const sorted = [...segments].sort((a, b) => a.line - b.line || a.column - b.column)
  let [line, column, source, sourceLine, sourceColumn] = [0, 0, 0, 0, 0]
  let mappings = ''
  for (const one of sorted) {
    const isNew = one.line > line
    if (isNew) mappings += ';'.repeat(one.line - line)
    else if (mappings !== '' && !mappings.endsWith(';')) mappings += ','
    if (isNew) column = 0
    const place = sources.indexOf(one.source)
    mappings += [one.column - column, place - source, one.sourceLine - sourceLine, one.sourceColumn - sourceColumn]
      .map(digitsOf)
      .join('')
    line = one.line
    column = one.column
    source = place
    sourceLine = one.sourceLine
    sourceColumn = one.sourceColumn
  }
  return { sources, mappings }
}

/** @param {string} text */
function numbers(text) {
  const found = []
  let [value, shift] = [0, 0]
  for (const digit of text) {
    const bits = digits.indexOf(digit)
    value |= (bits & 31) << shift
    shift += 5
    if ((bits & 32) !== 0) continue
    found.push((value & 1) === 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return found
}

/** @param {number} value */
function digitsOf(value) {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ''
  do {
    const bits = rest & 31
    rest >>>= 5
    text += digits[rest > 0 ? bits | 32 : bits]
  } while (rest > 0)
  return text
}
