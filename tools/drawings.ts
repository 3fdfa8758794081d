/**
 * Draws docs/drawings, the pictures of docs/how-it-works.md: `npx tsx tools/drawings.ts`. Boxes and arrows at given places, in
 * text colours that follow the reader's, light or dark.
 */
import { mkdirSync, writeFileSync } from 'node:fs'

type Point = readonly [x: number, y: number]

const style = `
  text { font: 14px ui-monospace, monospace; fill: #1f2328; text-anchor: middle; dominant-baseline: central }
  .small { font-size: 12px; fill: #59636e }
  .left { text-anchor: start }
  rect { fill: #f6f8fa; stroke: #818b98; rx: 6px }
  .full { fill: #ddf4ff; stroke: #0969da }
  .cell { rx: 0px }
  path { fill: none; stroke: #59636e; stroke-width: 1.5px; marker-end: url(#head) }
  .back { stroke: #bc4c00; marker-end: url(#back) }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } rect { fill: #151b23; stroke: #656c76 }
    .full { fill: #121d2f; stroke: #4493f8 } path { stroke: #9198a1 } .back { stroke: #db6d28 }
  }`

const head = (id: string, colour: string): string =>
  `<marker id="${id}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse">` +
  `<polygon points="0,0 10,5 0,10" fill="${colour}"/></marker>`

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const label = ([x, y]: Point, text: string, kind = ''): string =>
  `<text x="${x}" y="${y}"${kind && ` class="${kind}"`}>${escape(text)}</text>`

/** A box around its middle, with a text in it and a smaller one below. */
function box([x, y]: Point, [width, height]: Point, text: string, { note = '', kind = '' } = {}): string {
  const rect = `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}"${kind && ` class="${kind}"`}/>`
  return rect + label([x, note ? y - 9 : y], text) + (note ? label([x, y + 10], note, 'small') : '')
}

const arrow = ([x1, y1]: Point, [x2, y2]: Point, kind = ''): string =>
  `<path d="M${x1},${y1} L${x2},${y2}"${kind && ` class="${kind}"`}/>`

function draw(name: string, title: string, [width, height]: Point, parts: readonly string[]): void {
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${title}</title>`,
    `<style>${style}</style>`,
    `<defs>${head('head', '#818b98')}${head('back', '#bc4c00')}</defs>`,
    ...parts,
    '</svg>',
    '',
  ]
  writeFileSync(new URL(`../docs/drawings/${name}.svg`, import.meta.url), svg.join('\n'))
}

mkdirSync(new URL('../docs/drawings/', import.meta.url), { recursive: true })

// The graph of mean(tanh(x · w + b)): values go down, gradients up.
const size: Point = [120, 46]
draw(
  'graph',
  'A graph: what was computed from what, and the way back',
  [640, 410],
  [
    box([120, 40], size, 'x', { note: 'number 0' }),
    box([320, 40], size, 'w', { note: 'number 1, leaf', kind: 'full' }),
    box([470, 120], size, 'b', { note: 'number 2, leaf', kind: 'full' }),
    box([220, 120], size, 'matmul', { note: 'number 3' }),
    box([345, 205], size, 'add', { note: 'number 4' }),
    box([345, 285], size, 'tanh', { note: 'number 5' }),
    box([345, 365], size, 'mean', { note: 'number 6' }),
    arrow([140, 63], [198, 97]),
    arrow([300, 63], [238, 97]),
    arrow([250, 143], [312, 182]),
    arrow([440, 143], [376, 182]),
    arrow([338, 228], [338, 262]),
    arrow([338, 308], [338, 342]),
    arrow([352, 342], [352, 308], 'back'),
    arrow([352, 262], [352, 228], 'back'),
    arrow([324, 182], [262, 143], 'back'),
    arrow([390, 182], [454, 143], 'back'),
    arrow([252, 97], [314, 63], 'back'),
    label([420, 365], 'the gradient 1 starts here', 'small left'),
    label([420, 205], 'two shares, to older steps', 'small left'),
    label([100, 120], 'x wants none', 'small'),
  ],
)

// A storage of six numbers and three windows on it.
const cell = 44
const row = (y: number, values: readonly number[], seen: ReadonlySet<number>): string[] =>
  values.map((value, i) =>
    box([250 + i * cell, y], [cell, 34], String(value), { kind: seen.has(i) ? 'cell full' : 'cell' }),
  )
const memory = [0, 1, 2, 3, 4, 5]
draw(
  'views',
  'Three windows on one memory',
  [640, 230],
  [
    label([20, 30], 'x      [2, 3]', 'left'),
    label([20, 48], 'strides [3, 1], offset 0', 'small left'),
    ...row(40, memory, new Set(memory)),
    label([20, 110], 'x.t()  [3, 2]', 'left'),
    label([20, 128], 'strides [1, 3], offset 0', 'small left'),
    ...row(120, memory, new Set(memory)),
    label([20, 190], 'column 1  [2]', 'left'),
    label([20, 208], 'strides [3], offset 1', 'small left'),
    ...row(200, memory, new Set([1, 4])),
    `<path d="M250,23 C260,6 284,6 ${250 + cell},21"/>`,
    `<path d="M250,103 C290,70 350,70 ${250 + 3 * cell},101"/>`,
    `<path d="M${250 + cell},183 C320,150 400,150 ${250 + 4 * cell},181"/>`,
    label([560, 40], 'next column: + 1', 'small'),
    label([560, 120], 'next column: + 3', 'small'),
    label([560, 200], 'next element: + 3', 'small'),
  ],
)

// The floors: each knows those below.
const floor = (y: number, text: string, note: string, width: number): string =>
  box([320, y], [width, 50], text, { note })
draw(
  'floors',
  'The floors of the house: each stands on those below it',
  [640, 400],
  [
    floor(40, 'nn, optim', 'modules, losses, optimizers', 300),
    floor(105, 'ops', 'what tensors can do: a formula or a routine each', 360),
    floor(170, 'autograd', 'nodes, the pass, what is saved', 420),
    floor(235, 'tensor', 'a window on memory', 480),
    floor(300, 'devices, random', 'memory, kernels, draws', 540),
    floor(365, 'formula, shape, dtype', 'trees of numbers, arithmetic of windows', 600),
  ],
)
