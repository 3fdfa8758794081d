/// <reference lib="esnext.disposable" preserve="true" />
import { RuntimeError } from '../errors.ts'
import type { Settled } from '../settled.ts'
import { overloaded, signature } from '../signature/index.ts'

/** What is recorded just now. Read on every op, so plain fields. */
export const modes = {
  grad: true,
  inference: false,
  anomaly: false,
}

type Modes = typeof modes

/** Changes of modes that are to end, the oldest first. */
const open: Restore[] = []
/** Where so many are open, nobody ends the oldest: they are what `set_grad_enabled` has changed for good. */
const most = 1000

/**
 * Puts modes back where they were: at the end of a `using` block, or by hand. Blocks of async functions may end in another order
 * than that in which they began: then those that began later take over what there was before.
 */
class Restore implements Disposable {
  readonly before: Partial<Modes>
  constructor(before: Partial<Modes>) {
    this.before = before
    if (open.push(this) > most) open.shift()
  }
  [Symbol.dispose](): void {
    const place = open.indexOf(this)
    if (place < 0) return
    open.splice(place, 1)
    for (const key of Object.keys(this.before) as (keyof Modes)[]) {
      const later = open.slice(place).find(({ before }) => before[key] !== undefined)
      if (later === undefined) Object.assign(modes, { [key]: this.before[key] })
      else later.before[key] = this.before[key] as boolean
    }
  }
}

type Callback = () => unknown

/** Changes modes for a callback, and returns what it returns; without one, to the end of a `using` block. */
export interface Scope {
  (): Disposable
  <T>(callback: () => Settled<T>): T
}

/** As `Scope`, for a mode that is switched on or off. */
export interface Switch {
  (mode: boolean): Disposable
  <T>(mode: boolean, callback: () => Settled<T>): T
}

/** Runs a callback under changed modes; without a callback, changes them until the returned object is disposed of. */
function under(name: string, change: Partial<Modes>, callback?: Callback): unknown {
  const before: Partial<Modes> = {}
  for (const key of Object.keys(change) as (keyof Modes)[]) before[key] = modes[key]
  if (callback === undefined) {
    const restore = new Restore(before)
    Object.assign(modes, change)
    return restore
  }
  Object.assign(modes, change)
  const outer = open.length
  let result: unknown
  try {
    result = callback()
  } finally {
    Object.assign(modes, before)
    // What began in it has ended with it.
    if (open.length > outer) open.length = outer
  }
  refusePromise(
    name,
    result,
    'the mode ends when the callback returns, so what runs after its first await would be recorded again',
  )
  return result
}

/** Refuses what a callback returned where that goes on later. */
export function refusePromise(name: string, result: unknown, why: string): void {
  if (typeof result !== 'object' || result === null || !('then' in result) || typeof result.then !== 'function') return
  Promise.resolve(result).catch(() => {})
  throw new RuntimeError(
    `${name}: the callback returned a Promise; ${why}. Await outside, and call ${name} around each synchronous part`,
  )
}

/**
 * Runs the callback without recording a graph, and returns what it returns; `using _ = torch.no_grad()` does the same to
 * the end of the block.
 *
 * @example
 * const y = torch.no_grad(() => x.mul(2))
 * @throws RuntimeError when the callback returns a Promise.
 * @see https://pytorch.org/docs/stable/generated/torch.no_grad.html
 */
export const no_grad = overloaded<Scope>('no_grad', ['function callback'], (...[callback]: [Callback?]) =>
  under('no_grad', { grad: false }, callback),
)

/** Records a graph again, inside of `no_grad`. */
export const enable_grad = overloaded<Scope>('enable_grad', ['function callback'], (...[callback]: [Callback?]) =>
  under('enable_grad', { grad: true }, callback),
)

/** Switches recording on or off: for a callback, to the end of a `using` block, or from now on. */
export const set_grad_enabled = overloaded<Switch>(
  'set_grad_enabled',
  ['bool mode', 'function callback'],
  (mode: boolean, ...[callback]: [Callback?]) => under('set_grad_enabled', { grad: mode }, callback),
)

/**
 * As `no_grad`, and the tensors made in it can never join a graph later.
 *
 * @see https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
 */
export const inference_mode = overloaded<Scope & ((mode?: boolean) => Disposable) & Switch>(
  'inference_mode',
  ['bool|function mode', 'function callback'],
  (mode: boolean | Callback = true, ...[callback]: [Callback?]) => {
    if (typeof mode === 'function') return under('inference_mode', { grad: false, inference: true }, mode)
    return under('inference_mode', { grad: !mode && modes.grad, inference: mode }, callback)
  },
)

/** Whether ops record a graph. */
export const is_grad_enabled = signature('is_grad_enabled', [], (): boolean => modes.grad)

/** Whether `inference_mode` is on. */
export const is_inference_mode_enabled = signature('is_inference_mode_enabled', [], (): boolean => modes.inference)

/**
 * Checks each gradient of a backward pass for NaN, and remembers for each node where it was made. Slow; to debug with.
 *
 * @see https://pytorch.org/docs/stable/autograd.html#anomaly-detection
 */
export const set_detect_anomaly = overloaded<Switch>(
  'set_detect_anomaly',
  ['bool mode', 'function callback'],
  (mode: boolean, ...[callback]: [Callback?]) => under('set_detect_anomaly', { anomaly: mode }, callback),
)

/** As `set_detect_anomaly(true)`. */
export const detect_anomaly = overloaded<Scope>('detect_anomaly', ['function callback'], (...[callback]: [Callback?]) =>
  under('detect_anomaly', { anomaly: true }, callback),
)

/** Whether anomaly detection is on. */
export const is_anomaly_enabled = signature('is_anomaly_enabled', [], (): boolean => modes.anomaly)
