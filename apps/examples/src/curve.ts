import { plot } from 'simple-ascii-chart'

const bars = '▁▂▃▄▅▆▇█'

/** A loss, short: four decimals, or one significant digit more than none where they would all be zeros. */
export function written(loss = Number.NaN): string {
  return loss !== 0 && Math.abs(loss) < 5e-5 ? loss.toExponential(0) : loss.toFixed(4)
}

/** The course of the losses as `width` bars in a line. */
export function sparkline(losses: readonly number[], width: number): string {
  const low = Math.min(...losses)
  const range = Math.max(...losses) - low || 1
  return Array.from({ length: width }, (_, i) => {
    const loss = losses[Math.round((i / (width - 1)) * (losses.length - 1))] as number
    return bars[Math.round(((loss - low) / range) * (bars.length - 1))]
  }).join('')
}

/** The losses drawn over their steps, in `width` columns of a terminal. */
export function curve(losses: readonly number[], width: number): string {
  const columns = width - 10 // what the labels of the axis leave
  const last = losses.length
  const points = Array.from({ length: columns }, (_, i): [number, number] => {
    const at = (i / (columns - 1)) * (last - 1)
    return [at + 1, interpolate(losses, at)]
  })
  const drawn = points.map(([, loss]) => loss)
  const [low, high] = [Math.min(...drawn), Math.max(...drawn)]
  return plot(points, {
    width: columns,
    height: 12,
    customXAxisTicks: [1, Math.round(last / 4), Math.round(last / 2), Math.round((3 * last) / 4), last],
    customYAxisTicks: [low, (low + high) / 2, high],
    formatter: (value, { axis }) => (axis === 'x' ? value : written(value)),
    symbols: { chart: { we: '─', ns: '│', wns: '╮', nse: '╰', wsn: '╯', sne: '╭' } },
  })
}

/** The loss between two steps, on the straight line from one to the other. */
function interpolate(losses: readonly number[], at: number): number {
  const before = losses[Math.floor(at)] as number
  const after = losses[Math.ceil(at)] as number
  return before + (at - Math.floor(at)) * (after - before)
}
