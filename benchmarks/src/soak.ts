/**
 * Long trainings and the most memory that each took: `pnpm --dir benchmarks soak [NAME…]`. Nothing in them frees memory by hand, and
 * two of them never yield to the event loop. Fails where a training takes 400 MB or more, or learns nothing.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as torch from '@chainrule/core'
import * as nn from '@chainrule/nn'
import * as optim from '@chainrule/optim'
import Table from 'cli-table3'
import { cnn, mlp } from './models.ts'

const limit = 400e6
const samples = 1024

interface Outcome {
  /** The most that the process held, in bytes. */
  readonly peak: number
  readonly first: number
  readonly last: number
  readonly seconds: number
}

/** A step on a batch of its own, cut from data that a fixed rule labels; gives the loss. */
function trainer(model: nn.Module, shape: readonly number[], batch: number): (step: number) => number {
  const inputs = torch.randn(samples, ...shape)
  const labels = inputs.reshape(samples, -1).narrow(1, 0, 10).argmax(1)
  const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 })
  const criterion = new nn.CrossEntropyLoss()
  return (step) => {
    const start = (step * batch) % samples
    const [x, y] = [inputs.narrow(0, start, batch).clone(), labels.narrow(0, start, batch)]
    optimizer.zero_grad()
    const loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()
  }
}

const mlpSteps = (): ((step: number) => number) => trainer(mlp(), [784], 64)
const yielding = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

interface Training {
  readonly title: string
  readonly steps: number
  readonly isAsync: boolean
  begin(): (step: number) => number
}

const trainings: Readonly<Record<string, Training>> = {
  'mlp-sync': { title: 'MLP, never yields', steps: 10_000, isAsync: false, begin: mlpSteps },
  'mlp-async': { title: 'MLP, yields after each step', steps: 10_000, isAsync: true, begin: mlpSteps },
  'cnn-sync': { title: 'CNN, never yields', steps: 1000, isAsync: false, begin: () => trainer(cnn(), [1, 28, 28], 32) },
}

async function run(training: Training): Promise<Outcome> {
  torch.manual_seed(0)
  const { steps, isAsync } = training
  const step = training.begin()
  const start = performance.now()
  const first = step(0)
  let last = first
  for (let i = 1; i < steps; i++) {
    last = step(i)
    if (isAsync) await yielding()
  }
  // Kilobytes, on all systems.
  const peak = process.resourceUsage().maxRSS * 1024
  return { peak, first, last, seconds: (performance.now() - start) / 1000 }
}

/** Runs a training in a process of its own. */
function runApart(name: string): Outcome {
  const args = [...process.execArgv, fileURLToPath(import.meta.url), '--run', name]
  const { stdout, status } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`${name} ended with ${status}`)
  return JSON.parse(stdout) as Outcome
}

const chosen = (names: readonly string[]): [string, Training][] =>
  Object.entries(trainings).filter(([name]) => names.length === 0 || names.includes(name))

async function main([option, ...rest]: readonly string[]): Promise<void> {
  if (option === '--run') {
    for (const [, training] of chosen(rest)) console.log(JSON.stringify(await run(training)))
    return
  }
  const table = new Table({
    head: ['training', 'steps', 'peak, MB', 'seconds', 'loss, first and last'],
    style: { head: [], border: [] },
  })
  for (const [name, { title, steps }] of chosen(option === undefined ? [] : [option, ...rest])) {
    const { peak, first, last, seconds } = runApart(name)
    if (peak >= limit || !(last < first)) process.exitCode = 1
    table.push([title, steps, Math.round(peak / 1e6), seconds.toFixed(1), `${first.toFixed(4)}, ${last.toFixed(4)}`])
  }
  console.log(
    `Node ${process.versions.node}, ${torch.device_info().backend}; at most ${limit / 1e6} MB\n${table.toString()}`,
  )
}

await main(process.argv.slice(2))
