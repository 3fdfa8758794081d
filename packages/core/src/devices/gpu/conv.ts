import type { Operand } from '../device.ts'
import type { ConvRoutines, ConvWindow } from '../windows.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import { type KernelText, position } from './text.ts'
import { tiledConv, tiledConvInput, tiledConvWeight } from './tiled/conv.ts'
import { eachElementIn, eachWindowOver, windowNames, windowNumbers } from './windows.ts'

type Four = [string, string, string, string]

/** Convolutions in which each cell sums its products. */
export function convRoutines(queue: Queue): ConvRoutines {
  return {
    conv(out, x, weight, bias, window) {
      if (tiledConv(queue, out, x, weight, bias, window)) return
      const program = programOf(`conv:${bias !== null}`, (text) => {
        const { image, perGroup, channels, source, sourceAt, weightAt, names, cell } = imagesOf(text)
        const [n, o, y, column] = cell
        const [group] = text.divide(o, perGroup)
        const sum = startOf(text, bias, o)
        text.loop(channels, (c) => {
          eachElementIn(text, names, [y, column], image, (tap, [iy, ix]) => {
            const at = sourceAt([n, `(${group} * ${channels} + ${c})`, iy, ix])
            text.add(`${sum} = ${sum} + ${source}[${at}] * ${weightAt(o, c, tap)};`)
          })
        })
        text.add(`return ${sum};`)
      })
      compute(queue, 'conv', out, program, ...argumentsOf(out, x, weight, bias, window))
    },

    convInput(out, g, weight, bias, window) {
      if (tiledConvInput(queue, out, g, weight, bias, window)) return
      const program = programOf(`convInput:${bias !== null}`, (text) => {
        const { image, perGroup, channels, source, sourceAt, weightAt, names, cell } = imagesOf(text)
        const [n, channel, iy, ix] = cell
        const [group, c] = text.divide(channel, channels)
        const sum = startOf(text, bias, channel)
        eachWindowOver(text, names, [iy, ix], image, (tap, [y, column]) => {
          text.loop(perGroup, (k) => {
            const o = text.constant(`${group} * ${perGroup} + ${k}`)
            text.add(`${sum} = ${sum} + ${source}[${sourceAt([n, o, y, column])}] * ${weightAt(o, c, tap)};`)
          })
        })
        text.add(`return ${sum};`)
      })
      compute(queue, 'convInput', out, program, ...argumentsOf(out, g, weight, bias, window))
    },

    convWeight(out, x, g, window) {
      if (tiledConvWeight(queue, out, x, g, window)) return
      const program = programOf('convWeight', (text) => {
        const sizes = text.list(4)
        const [perGroup, batch, rows, columns] = text.list(4) as Four
        const image = [text.number(), text.number()] as const
        const [images, offset, strides] = [text.array(), text.number(), text.list(4)]
        const [gradients, gradientOffset, gradientStrides] = [text.array(), text.number(), text.list(4)]
        const { stride, padding, dilation } = windowNames(text)
        const [o, c, ky, kx] = text.indices(text.constant('this.thread.x'), sizes) as Four
        const [group] = text.divide(o, perGroup)
        const channel = text.constant(`${group} * ${sizes[1] as string} + ${c}`)
        const sum = text.variable(`${o} - ${o}`)
        text.loop(batch, (n) => {
          // The windows of a tap are as the elements of a window: stride and dilation change places.
          const windows = { kernel: [rows, columns], stride: dilation, padding, dilation: stride } as const
          eachElementIn(text, windows, [ky, kx], image, ([y, column], [iy, ix]) => {
            const at = position(offset, [n, channel, iy, ix], strides)
            const to = position(gradientOffset, [n, o, y, column], gradientStrides)
            text.add(`${sum} = ${sum} + ${images}[${at}] * ${gradients}[${to}];`)
          })
        })
        text.add(`return ${sum};`)
      })
      const [batch, outputs, ...windows] = g.shape as readonly [number, number, number, number]
      const [, , ...kernel] = out.shape as readonly [number, number, number, number]
      compute(
        queue,
        'convWeight',
        out,
        program,
        [x, g],
        [
          ...out.shape,
          outputs / window.groups,
          batch,
          ...windows,
          ...x.shape.slice(2),
          x.offset,
          ...x.strides,
          g.offset,
          ...g.strides,
          ...windowNumbers({ ...window, kernel }),
        ],
      )
    },
  }
}

/** What a program starts with that makes images `out` of others by a weight. */
function imagesOf(text: KernelText) {
  const sizes = text.list(4)
  const [perGroup, channels] = [text.number(), text.number()]
  const image = [text.number(), text.number()] as const
  const [source, offset, strides] = [text.array(), text.number(), text.list(4)]
  const [weights, weightOffset] = [text.array(), text.number()]
  const names = windowNames(text)
  const [height, width] = names.kernel
  return {
    image,
    perGroup,
    channels,
    source,
    sourceAt: (indices: readonly string[]): string => position(offset, indices, strides),
    weightAt: (o: string, c: string, [ky, kx]: readonly [string, string]): string =>
      `${weights}[${weightOffset} + ((${o} * ${channels} + ${c}) * ${height} + ${ky}) * ${width} + ${kx}]`,
    names,
    cell: text.indices(text.constant('this.thread.x'), sizes) as Four,
  }
}

/** A variable for the sum of a channel, which starts at its bias. */
function startOf(text: KernelText, bias: Operand | null, channel: string): string {
  return text.variable(bias === null ? `${channel} - ${channel}` : `${text.array()}[${channel} + ${text.number()}]`)
}

/** The arrays and numbers of such a program. */
function argumentsOf(
  out: Operand,
  source: Operand,
  weight: Operand,
  bias: Operand | null,
  window: ConvWindow,
): [inputs: readonly Operand[], numbers: readonly number[]] {
  const [outputs, channels, ...kernel] = weight.shape as readonly [number, number, number, number]
  return [
    [source, weight, ...(bias === null ? [] : [bias])],
    [
      ...out.shape,
      outputs / window.groups,
      channels,
      ...source.shape.slice(2),
      source.offset,
      ...source.strides,
      weight.offset,
      ...windowNumbers({ ...window, kernel }),
      ...(bias === null ? [] : [bias.offset]),
    ],
  ]
}
