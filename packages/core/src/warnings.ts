/**
 * `torch.warnings`: what a program is told though it runs, under the names of Python's module. In Node a warning is one of the
 * process (`process.on('warning')`, `--trace-warnings`, `--no-warnings`); elsewhere it goes to `console.warn`.
 *
 * @see https://docs.python.org/3/library/warnings.html
 */

import { TypeError, UserWarning } from './errors.ts'
import { shown as shownValue, signature } from './signature/index.ts'

export { UserWarning } from './errors.ts'

/**
 * What becomes of warnings: `'default'` shows each text once for each place that it comes from, `'always'` every time,
 * `'ignore'` never, and `'error'` throws it, which shows what leads there.
 */
export type WarningAction = 'default' | 'always' | 'ignore' | 'error'

const actions: readonly WarningAction[] = ['default', 'always', 'ignore', 'error']
let action: WarningAction = 'default'
/** Text and place of what was shown. */
const shown = new Set<string>()
/** Where warnings go while `catch_warnings` runs. */
let caught: UserWarning[] | null = null

/**
 * Warns, as PyTorch does where a program runs and may not do what was meant.
 *
 * @param message what may be wrong, and what to write instead.
 * @throws UserWarning after `simplefilter('error')`; so it is called before anything changes.
 */
export const warn = signature('warn', ['str message'], (message: string): void => {
  if (action === 'ignore') return
  const warning = new UserWarning(message)
  warning.detail = placeOf(warning)
  if (action === 'error') throw warning
  if (caught !== null) {
    caught.push(warning)
    return
  }
  if (action === 'default') {
    const entry = `${message}\n${warning.detail}`
    if (shown.has(entry)) return
    shown.add(entry)
  }
  emit(warning)
})

type EmitWarning = (warning: Error | string, options?: { type: string; detail: string }) => void

function emit(warning: UserWarning): void {
  const { process } = globalThis as { process?: { emitWarning?: EmitWarning } }
  if (typeof process?.emitWarning !== 'function') {
    console.warn([warning, warning.detail].join('\n').trimEnd())
    return
  }
  try {
    process.emitWarning(warning)
  } catch {
    // In another realm, as of Jest and `node:vm`, an error is none to Node, which takes texts from everywhere.
    process.emitWarning(warning.message, { type: warning.name, detail: warning.detail })
  }
}

/** The nearest frame of the caller that is in a file; nothing where there are no traces. */
function placeOf({ stack }: Error): string {
  const frame = /^ *at (?:.* \()?(\S.*:\d+:\d+)\)?$/m.exec(String(stack))
  return frame === null ? '' : `    at ${frame[1]}`
}

/**
 * Says what becomes of warnings from now on.
 *
 * @param name `'default'`, `'always'`, `'ignore'` or `'error'`.
 * @throws TypeError for any other.
 */
export const simplefilter = signature('simplefilter', ['any action'], (name: WarningAction): void => {
  if (!actions.includes(name))
    throw new TypeError(`invalid action: ${shownValue(name)}; it is one of ${actions.join(', ')}`)
  action = name
})

/**
 * Runs a function, and gives the warnings that it leads to instead of showing them, repeated ones too. What it sets by
 * `simplefilter` ends with it.
 *
 * @example
 * const [warning] = torch.warnings.catch_warnings(() => x.mul(2).grad)
 * @param body what to run; not an async function, since other code would run meanwhile.
 * @throws TypeError for an async function, and whatever the function throws.
 */
export const catch_warnings = signature('catch_warnings', ['function body'], (body: () => unknown): UserWarning[] => {
  const before = { action, caught }
  const list: UserWarning[] = []
  caught = list
  try {
    const result = body()
    if (typeof (result as PromiseLike<unknown> | null | undefined)?.then === 'function') {
      throw new TypeError('catch_warnings: the function is async, and what runs meanwhile would be caught too')
    }
  } finally {
    action = before.action
    caught = before.caught
  }
  return list
})
