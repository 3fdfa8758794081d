import { readFileSync } from 'node:fs'
import colors from 'picocolors'
import { type Comparison, isSame, matches } from './check.ts'
import { recorded } from './recorded/index.ts'

const notebookStart = /^ {2}(\d+)\(cell\)/
const cellStart = /^ {4}cell\((?:(\d+)|'([^']*)')/
const cellEnd = /^ {4}(?:cell\(.*|\}?)\)(?: \/\/.*)?$/
const comment = / \/\/ (.*)$/

/** The program that a scenario relives, as its file says it, with what each cell showed below it: read as a notebook is. */
export function listing(name: string, comparisons: readonly Comparison[]): string {
  const lines: string[] = []
  let notebook: string | undefined
  let current: Comparison | undefined
  for (const line of programLines(name)) {
    const start = notebookStart.exec(line)
    if (start !== null) {
      notebook = start[1]
      lines.push('', heading(notebook))
    }
    if (start !== null || line === '  },') continue
    const cell = cellStart.exec(line)
    if (cell !== null) current = comparisons.find((c) => c.notebook === notebook && c.cell === (cell[1] ?? cell[2]))
    lines.push(colors.dim(code(line, current)))
    if (current === undefined || !cellEnd.test(line)) continue
    lines.push(...outputLines(current))
    current = undefined
  }
  return lines.join('\n')
}

function heading(notebook = ''): string {
  const { title = '', source } = recorded[notebook] ?? {}
  return `${colors.bold(`Notebook ${notebook}`)}  ${title}${source === undefined ? '' : colors.dim(` (${source})`)}`
}

/** The file from below its constants to the end of the program. */
function programLines(name: string): string[] {
  const lines = readFileSync(new URL(`./scenarios/${name}.ts`, import.meta.url), 'utf8').split('\n')
  const program = lines.findIndex((line) => line.startsWith('export const notebooks'))
  const start = lines.findIndex((line) => line.startsWith('export const title'))
  const above = lines.slice(start, program).filter((line) => !/^(export )?const /.test(line))
  const helpers = above.join('\n').trim()
  return [
    ...(helpers === '' ? [] : ['', ...helpers.split('\n')]),
    ...lines.slice(program + 1, lines.indexOf('}', program)),
  ]
}

/** A line without the comment that says what its cell shows, as that follows below. */
function code(line: string, cell: Comparison | undefined): string {
  const said = comment.exec(line)?.[1]
  return said !== undefined && cell?.expected?.includes(said) ? line.replace(comment, '') : line
}

function outputLines(cell: Comparison): string[] {
  const text = cell.got === '' ? '(nothing)' : (cell.got ?? '')
  const mark = isSame(cell) ? '✓' : matches(cell) ? '≈' : '✗'
  const marked = text.split('\n').map((line, i) => `${i === 0 ? mark : ' '} ${line}`)
  if (isSame(cell)) return marked.map((line) => `  ${colors.green(line)}`)
  const recordedLines = (cell.expected ?? 'no such cell').split('\n')
  const instead = recordedLines.map((line, i) => `  ${i === 0 ? 'instead of ' : ' '.repeat(11)}${line}`)
  return [...marked, ...instead].map((line) => `  ${matches(cell) ? colors.yellow(line) : colors.red(line)}`)
}
