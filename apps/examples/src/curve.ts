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
  const low = Math.min(...losses)
  const high = Math.max(...losses)
  const last = losses.length
  return plot(
    losses.map((loss, step): [number, number] => [step + 1, loss]),
    {
      width: width - 10,
      height: 12,
      customXAxisTicks: [1, Math.round(last / 4), Math.round(last / 2), Math.round((3 * last) / 4), last],
      customYAxisTicks: [low, (low + high) / 2, high],
      formatter: (value, { axis }) => (axis === 'x' ? value : written(value)),
      symbols: { chart: { we: '─', ns: '│', wns: '╮', nse: '╰', wsn: '╯', sne: '╭' } },
    },
  )
}
