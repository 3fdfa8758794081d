/** Makes the calls, and says what came of each. */
import * as torch from '@chainrule/core'
import type { Target } from './calls.ts'
import { changesOf, restore, type State, seeded, stateOf } from './state.ts'
import { Untouchable } from './values.ts'
import { sampleOf, type Trial, trialsOf } from './wrong.ts'

/**
 * What came of a call. `right`: it gave something. `pytorch`: an error in PyTorch's words. `named`: an error that says which function
 * and what value. `vague`: an error of ours that does not. `touched`: the value's own error. The others are faults: an error of the
 * engine, a change of state, a wrong call that was accepted, a right one that was refused.
 */
export type Outcome =
  | 'right'
  | 'pytorch'
  | 'named'
  | 'vague'
  | 'touched'
  | 'internal'
  | 'changed'
  | 'accepted'
  | 'refused'

export const faults: readonly Outcome[] = ['internal', 'changed', 'accepted', 'refused']

export interface Verdict {
  readonly outcome: Outcome
  readonly detail: string
}

const EngineTypeError = TypeError
/** What `new TypeError` makes in the library while misuse is tested: the engine's own errors are not of this class. */
class OurTypeError extends EngineTypeError {}

/** From now on, TypeErrors that the library throws can be told from the engine's. */
export function markTypeErrors(): void {
  globalThis.TypeError = OurTypeError as TypeErrorConstructor
}

/** Words of PyTorch, or of Python where it binds arguments. */
const words: readonly RegExp[] = [
  /\bargument '\w+'.* must be .+, not /,
  /got an unexpected keyword argument/,
  /missing \d+ required/,
  /takes (from )?\d+ .*but \d+ (was|were) given/,
  /got multiple values for argument/,
  /received an invalid combination of arguments/,
  /Dimension out of range/,
  /must match the size of tensor/,
  /not implemented for '/,
  /Expected .* but got|expected .* but (got|found|received)/i,
  /shape '.*' is invalid for input of size/,
  /cannot be multiplied/,
  /can't be cast to/,
  /does not require grad/,
  /invalid for input of size/,
  /out of range|out of bounds/,
  /Inference tensors|inference tensor/i,
  /must be (a )?(2|1|3)-?D|must be at least/i,
  /leaf Variable that requires grad/i,
  /implicitly created only for scalar/,
]

function isOurs(error: unknown): error is Error {
  if (!(error instanceof Error)) return false
  if (error instanceof EngineTypeError) return error instanceof OurTypeError
  return (
    error instanceof torch.AssertionError ||
    error instanceof torch.AttributeError ||
    error instanceof torch.KeyError ||
    error instanceof torch.AttributeError ||
    error instanceof torch.KeyError ||
    error instanceof torch.RuntimeError ||
    error instanceof torch.ValueError ||
    error instanceof torch.IndexError ||
    error instanceof torch.FormulaError
  )
}

/** Messages of any length in one line. */
const short = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, 160)
const textOf = (error: unknown): string =>
  error instanceof Error ? short(`${error.name}: ${error.message}`) : short(`thrown ${typeof error}`)

/** Whether an error says where it comes from. */
function isNamed({ target, place }: Trial, message: string): boolean {
  const name = target.name.split('.').at(-1) ?? ''
  const bare = name.replace(/_$/, '')
  if (message.includes(bare)) return true
  return place !== undefined && new RegExp(`\\b${place.argument}\\b`).test(message)
}

function judgeError(trial: Trial, error: unknown): Verdict {
  if (error instanceof Untouchable) return { outcome: 'touched', detail: '' }
  if (!isOurs(error)) return { outcome: 'internal', detail: textOf(error) }
  const detail = textOf(error)
  if (trial.expected === 'right') return { outcome: 'refused', detail }
  if (words.some((word) => word.test(error.message))) return { outcome: 'pytorch', detail }
  return { outcome: isNamed(trial, error.message) ? 'named' : 'vague', detail }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> => {
  try {
    return typeof value === 'object' && value !== null && 'then' in value
  } catch {
    return false
  }
}

/** The parts of the state that valid calls of a target change: a wrong call that is accepted may change them too. */
const allowances = new WeakMap<Target, ReadonlySet<string>>()

/** Makes a call and says what came of it. */
export async function judge(trial: Trial): Promise<Verdict> {
  const args = trial.args()
  // To make a layer draws.
  torch.manual_seed(0)
  const before = stateOf(args, seeded)
  let verdict: Verdict = { outcome: 'right', detail: '' }
  let isError = false
  try {
    const result: unknown = trial.target.call(args)
    if (isThenable(result)) await result
    if (trial.expected === 'error') verdict = { outcome: 'accepted', detail: '' }
  } catch (error) {
    isError = true
    verdict = judgeError(trial, error)
  }
  const changes = changed(before, args)
  const free = isError || changes.length === 0 ? null : await allowanceOf(trial.target)
  const wrongly = changes.filter((part) => free?.has(part) !== true)
  if (wrongly.length === 0 || verdict.outcome === 'internal') return verdict
  return {
    outcome: 'changed',
    detail: `${isError ? 'error' : 'result'}, changed ${wrongly.join(', ')} ${verdict.detail}`,
  }
}

/** The parts that a call changed; modes are put back. */
function changed(before: State, args: readonly unknown[]): string[] {
  const changes = changesOf(before, stateOf(args))
  if (changes.some((part) => !part.startsWith('argument'))) restore()
  torch.warnings.simplefilter('ignore')
  return changes
}

/** What valid calls change: with all arguments, and with fewer. */
async function allowanceOf(target: Target): Promise<ReadonlySet<string>> {
  const known = allowances.get(target)
  if (known !== undefined) return known
  const changes = new Set<string>()
  allowances.set(target, changes)
  for (const { args: make, expected } of trialsOf(target)) {
    if (expected !== 'right') continue
    const args = make()
    torch.manual_seed(0)
    const before = stateOf(args, seeded)
    try {
      const result: unknown = target.call(args)
      if (isThenable(result)) await result
      for (const part of changed(before, args)) changes.add(part)
    } catch {
      // A trial of its own says so.
      changed(before, args)
    }
  }
  return changes
}

/** The names of targets of which a sample of calls has a fault, each with the first of them. */
export async function failingOf(targets: readonly Target[]): Promise<Map<string, string>> {
  const failing = new Map<string, string>()
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0 // nobody looks at them, and with source maps they take a fifth of the time
  for (const target of targets) {
    for (const trial of sampleOf(target)) {
      const { outcome, detail } = await judge(trial)
      if (faults.includes(outcome) && !failing.has(target.name)) {
        failing.set(target.name, `${trial.what}: ${outcome} ${detail}`)
      }
    }
  }
  Error.stackTraceLimit = stackTraceLimit
  return failing
}
