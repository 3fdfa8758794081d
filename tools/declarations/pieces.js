// A file of declarations with pieces of it exchanged, and the map of what came of it.

import { readFileSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'
import { decode, encode } from './map.js'

/** @typedef {import('typescript-api').Node} Node */
/** @typedef {import('typescript-api').SourceFile} SourceFile */
/** Text in place of what stands from `start` to `end`; `marks` are places in it that come from a node. @typedef {{ start: number, end: number, text: string, marks: readonly (readonly [at: number, node: Node])[] }} Edit */

export class Pieces {
  /** @type {Map<string, import('./map.js').Segment[]>} */
  #maps = new Map()

  /** @param {SourceFile} file @param {readonly Edit[]} edits */
  joined(file, edits) {
    const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
    /** @type {[from: number, to: number, at: number][]} */
    const kept = []
    /** @type {(readonly [number, Node])[]} */
    const marks = []
    let [text, done] = ['', 0]
    for (const edit of sorted) {
      kept.push([done, edit.start, text.length])
      text += file.text.slice(done, edit.start)
      for (const [at, node] of edit.marks) marks.push([text.length + at, node])
      text += edit.text
      done = edit.end
    }
    kept.push([done, file.text.length, text.length])
    text += file.text.slice(done)
    const lines = startsOf(text)
    const place = (/** @type {number} */ at) => {
      let line = lines.findIndex((start) => start > at) - 1
      if (line < 0) line = lines.length - 1
      return { line, column: at - (lines[line] ?? 0) }
    }
    const segments = []
    for (const segment of this.#segments(file)) {
      const at = file.getPositionOfLineAndCharacter(segment.line, segment.column)
      const piece = kept.find(([from, to]) => at >= from && at < to)
      if (piece !== undefined) segments.push({ ...segment, ...place(at - piece[0] + piece[2]) })
    }
    for (const [at, node] of marks) {
      const origin = this.#origin(node, file)
      if (origin !== null) segments.push({ ...origin, ...place(at) })
    }
    return {
      text,
      map: { version: 3, file: file.fileName.split('/').at(-1), sourceRoot: '', ...encode(segments), names: [] },
    }
  }

  /** @param {SourceFile} file */
  #segments(file) {
    let found = this.#maps.get(file.fileName)
    if (found === undefined) {
      found = decode(JSON.parse(readFileSync(`${file.fileName}.map`, 'utf8')))
      this.#maps.set(file.fileName, found)
    }
    return found
  }

  /** Where a node comes from, for the map of a file. @param {Node} node @param {SourceFile} file */
  #origin(node, file) {
    const other = node.getSourceFile()
    const { line, character } = other.getLineAndCharacterOfPosition(node.getStart())
    const segment = this.#segments(other).findLast((one) => one.line === line && one.column <= character)
    if (segment === undefined) return null
    const [from, to] = [dirname(file.fileName), dirname(other.fileName)]
    const source = from === to ? segment.source : relative(from, `${to}/${segment.source}`).replaceAll(sep, '/')
    return { ...segment, source }
  }
}

/** @param {string} text */
function startsOf(text) {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}
