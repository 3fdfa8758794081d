import type { ConvRoutines, ConvWindow } from '../windows.ts'
import { compute, programOf } from './program.ts'
import type { Queue } from './queue.ts'
import { type KernelText, position } from './text.ts'
import { tiledConv, tiledConvInput, tiledConvWeight } from './tiled/conv.ts'

const windowNumbers = ({ stride, padding, dilation }: ConvWindow): number[] => [...stride, ...padding, ...dilation]

/** The numbers of a window by name. */
function windowOf(text: KernelText): Record<'stride' | 'padding' | 'dilation', readonly [string, string]> {
  const pair = (): [string, string] => [text.number(), text.number()]
  return { stride: pair(), padding: pair(), dilation: pair() }
}

const within = (at: string, size: string): string => `${at} >= 0 && ${at} < ${size}`

/** Convolutions in which each cell sums its products. */
export function convRoutines(queue: Queue): ConvRoutines {
  return {
    conv(out, x, weight, bias, window) {
      if (tiledConv(queue, out, x, weight, bias, window)) return
      const program = programOf(`conv:${bias !== null}`, (text) => {
        const sizes = text.list(4)
        const [perGroup, channels, kernelHeight, kernelWidth, height, width] = text.list(6) as Six
        const { stride, padding, dilation } = windowOf(text)
        const [images, weights] = [text.array(), text.array()]
        const [offset, strides, weightOffset] = [text.number(), text.list(4), text.number()]
        const [n, o, y, column] = text.indices(text.constant('this.thread.x'), sizes) as Four
        const [group] = text.divide(o, perGroup)
        const sum = text.variable(bias === null ? `${n} - ${n}` : `${text.array()}[${o} + ${text.number()}]`)
        text.loop(channels, (c) => {
          text.loop(kernelHeight, (ky) => {
            const iy = text.constant(`${y} * ${stride[0]} + ${ky} * ${dilation[0]} - ${padding[0]}`)
            text.loop(kernelWidth, (kx) => {
              const ix = text.constant(`${column} * ${stride[1]} + ${kx} * ${dilation[1]} - ${padding[1]}`)
              const at = position(offset, [n, `(${group} * ${channels} + ${c})`, iy, ix], strides)
              const w = `${weightOffset} + ((${o} * ${channels} + ${c}) * ${kernelHeight} + ${ky}) * ${kernelWidth} + ${kx}`
              text.add(`if (${within(iy, height)} && ${within(ix, width)}) {`)
              text.add(`${sum} = ${sum} + ${images}[${at}] * ${weights}[${w}];`, '}')
            })
          })
        })
        text.add(`return ${sum};`)
      })
      const inputs = bias === null ? [x, weight] : [x, weight, bias]
      compute(queue, 'conv', out, program, inputs, [
        ...out.shape,
        (out.shape[1] as number) / window.groups,
        ...weight.shape.slice(1),
        ...x.shape.slice(2),
        ...windowNumbers(window),
        x.offset,
        ...x.strides,
        weight.offset,
        ...(bias === null ? [] : [bias.offset]),
      ])
    },

    convInput(out, g, weight, bias, window) {
      if (tiledConvInput(queue, out, g, weight, bias, window)) return
      const program = programOf(`convInput:${bias !== null}`, (text) => {
        const sizes = text.list(4)
        const [perGroup, channels, kernelHeight, kernelWidth, height, width] = text.list(6) as Six
        const { stride, padding, dilation } = windowOf(text)
        const [gradients, weights] = [text.array(), text.array()]
        const [offset, strides, weightOffset] = [text.number(), text.list(4), text.number()]
        const [n, channel, iy, ix] = text.indices(text.constant('this.thread.x'), sizes) as Four
        const [group, c] = text.divide(channel, channels)
        const sum = text.variable(bias === null ? `${n} - ${n}` : `${text.array()}[${channel} + ${text.number()}]`)
        text.loop(kernelHeight, (ky) => {
          const fromY = text.constant(`${iy} + ${padding[0]} - ${ky} * ${dilation[0]}`)
          const [y, restY] = text.divide(fromY, stride[0])
          text.loop(kernelWidth, (kx) => {
            const fromX = text.constant(`${ix} + ${padding[1]} - ${kx} * ${dilation[1]}`)
            const [column, restX] = text.divide(fromX, stride[1])
            text.add(`if (${fromY} >= 0 && ${restY} === 0 && ${y} < ${height}) {`)
            text.add(`if (${fromX} >= 0 && ${restX} === 0 && ${column} < ${width}) {`)
            text.loop(perGroup, (k) => {
              const o = text.constant(`${group} * ${perGroup} + ${k}`)
              const w = `${weightOffset} + ((${o} * ${channels} + ${c}) * ${kernelHeight} + ${ky}) * ${kernelWidth} + ${kx}`
              const at = position(offset, [n, o, y, column], strides)
              text.add(`${sum} = ${sum} + ${gradients}[${at}] * ${weights}[${w}];`)
            })
            text.add('}', '}')
          })
        })
        text.add(`return ${sum};`)
      })
      const inputs = bias === null ? [g, weight] : [g, weight, bias]
      compute(queue, 'convInput', out, program, inputs, [
        ...out.shape,
        (g.shape[1] as number) / window.groups,
        ...weight.shape.slice(1),
        ...g.shape.slice(2),
        ...windowNumbers(window),
        g.offset,
        ...g.strides,
        weight.offset,
        ...(bias === null ? [] : [bias.offset]),
      ])
    },

    convWeight(out, x, g, window) {
      if (tiledConvWeight(queue, out, x, g, window)) return
      const program = programOf('convWeight', (text) => {
        const sizes = text.list(4)
        const [perGroup, batch, outHeight, outWidth, height, width] = text.list(6) as Six
        const { stride, padding, dilation } = windowOf(text)
        const [images, gradients] = [text.array(), text.array()]
        const [offset, strides, gradientOffset, gradientStrides] = [
          text.number(),
          text.list(4),
          text.number(),
          text.list(4),
        ]
        const [o, c, ky, kx] = text.indices(text.constant('this.thread.x'), sizes) as Four
        const [group] = text.divide(o, perGroup)
        const channel = text.constant(`${group} * ${sizes[1] as string} + ${c}`)
        const sum = text.variable(`${o} - ${o}`)
        text.loop(batch, (n) => {
          text.loop(outHeight, (y) => {
            const iy = text.constant(`${y} * ${stride[0]} + ${ky} * ${dilation[0]} - ${padding[0]}`)
            text.loop(outWidth, (column) => {
              const ix = text.constant(`${column} * ${stride[1]} + ${kx} * ${dilation[1]} - ${padding[1]}`)
              const at = position(offset, [n, channel, iy, ix], strides)
              const to = position(gradientOffset, [n, o, y, column], gradientStrides)
              text.add(`if (${within(iy, height)} && ${within(ix, width)}) {`)
              text.add(`${sum} = ${sum} + ${images}[${at}] * ${gradients}[${to}];`, '}')
            })
          })
        })
        text.add(`return ${sum};`)
      })
      const [batch, outputs, outHeight, outWidth] = g.shape as readonly [number, number, number, number]
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
          outHeight,
          outWidth,
          ...x.shape.slice(2),
          ...windowNumbers(window),
          x.offset,
          ...x.strides,
          g.offset,
          ...g.strides,
        ],
      )
    },
  }
}

type Four = [string, string, string, string]
type Six = [string, string, string, string, string, string]
