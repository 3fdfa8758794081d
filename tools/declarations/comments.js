// Comments of declarations: what the source says, and a line for each parameter.

import ts from 'typescript-api'

/** What a comment says: its text, and the lines of its tags. @typedef {{ text: readonly string[], tags: readonly string[] }} Comment */

/** The comment that stands before a node. @param {ts.Node} node @returns {Comment} */
export function commentOf(node) {
  const file = node.getSourceFile()
  const ranges = ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []
  const last = ranges.findLast(({ pos }) => file.text.startsWith('/**', pos))
  if (last === undefined) return { text: [], tags: [] }
  const lines = file.text
    .slice(last.pos + 3, last.end - 2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
  while (lines.length > 0 && lines[0]?.trim() === '') lines.shift()
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop()
  if (lines[0] !== undefined) lines[0] = lines[0].trimStart()
  const tag = lines.findIndex((line) => line.startsWith('@'))
  const text = tag < 0 ? lines : lines.slice(0, tag)
  while (text.at(-1) === '') text.pop()
  return { text, tags: tag < 0 ? [] : lines.slice(tag) }
}

/** The parameters that a comment has words for already. @param {Comment} comment */
export const described = ({ tags }) =>
  new Set(tags.flatMap((line) => /^@param (?:\{.*?\} )?\[?(\w+)/.exec(line)?.[1] ?? []))

/**
 * The comment as it is to stand, `indent` before each line.
 *
 * @param {Comment} comment
 * @param {readonly [name: string, words: string][]} parameters
 * @param {string} indent
 */
export function comment({ text, tags }, parameters, indent) {
  const lines = [...text]
  const own = tags.flatMap((line, i) => (line.startsWith('@param ') ? [i] : []))
  const given = parameters.map(([name, words]) => `@param ${name} ${words}`)
  const first = own[0] ?? 0
  const all = [...tags.slice(0, first), ...given, ...tags.slice(first)]
  if (all.length > 0) lines.push(...(lines.length > 0 ? [''] : []), ...all)
  if (lines.length === 0) return ''
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`
}
