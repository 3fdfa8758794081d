import { ValueError } from '../../errors.ts'
import { overloaded, shown, signature } from '../../signature/index.ts'

/** How tensors are printed, as `torch.get_printoptions` tells it. */
export interface PrintOptions {
  /** Digits after the point of a floating point number, at most 1000; 4 unless set. */
  precision: number
  /** Tensors of more elements than this are summarised; 1000 unless set. */
  threshold: number
  /** How many items a summary shows at each end of a dimension; 3 unless set. */
  edgeitems: number
  /** Characters in a line; 80 unless set. */
  linewidth: number
  /** Scientific notation always (true), never (false) or where the values ask for it (null). */
  sci_mode: boolean | null
}

/** What `set_printoptions` accepts: each option, and a profile to take the others from. */
export interface PrintOptionsChange extends Partial<PrintOptions> {
  /** `'default'`, `'short'` (precision 2, edgeitems 2) or `'full'` (nothing is summarised). */
  profile?: 'default' | 'short' | 'full'
}

/** Calls of `set_printoptions`: by name, or in PyTorch's order. */
interface SetPrintOptions {
  (change?: PrintOptionsChange): void
  (
    precision: number | null,
    threshold?: number | null,
    edgeitems?: number | null,
    linewidth?: number | null,
    profile?: PrintOptionsChange['profile'] | null,
    sci_mode?: boolean | null,
  ): void
}

const defaults: PrintOptions = { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sci_mode: null }

const profiles: ReadonlyMap<string, PrintOptions> = new Map([
  ['default', defaults],
  ['short', { ...defaults, precision: 2, edgeitems: 2 }],
  ['full', { ...defaults, threshold: Number.POSITIVE_INFINITY }],
])

/** No number has more digits of its own, and each element is printed with all. */
const mostDigits = 1000

let current = defaults

/** The options in force, in a form that `set_printoptions` takes back. */
export const get_printoptions = signature('get_printoptions', [], (): PrintOptions => ({ ...current }), 'python')

/**
 * Changes how tensors are printed: the profile first, then each option that is given. As in PyTorch, `sci_mode` goes
 * back to its default (null) at each call that does not name it, and all other options stay.
 *
 * @throws ValueError for an unknown profile, a `precision` or `edgeitems` that is not an integer from 0 (`precision` at most 1000), or a
 * `threshold` or `linewidth` that is not a number from 0; nothing has changed then.
 */
export const set_printoptions = overloaded<SetPrintOptions>(
  'set_printoptions',
  ['float? precision', 'float? threshold', 'float? edgeitems', 'float? linewidth', 'str? profile', 'bool? sci_mode'],
  change,
  'python',
)

function change(
  precision: number | null = null,
  threshold: number | null = null,
  edgeitems: number | null = null,
  linewidth: number | null = null,
  profile: string | null = null,
  sci_mode: boolean | null = null,
): void {
  const base = profile === null ? current : profiles.get(profile)
  if (base === undefined) {
    throw new ValueError(`set_printoptions: there is no profile ${shown(profile)}; use 'default', 'short' or 'full'`)
  }
  requireCount('precision', precision)
  if (precision !== null && precision > mostDigits) {
    throw new ValueError(`set_printoptions: precision is ${precision}; give at most ${mostDigits}`)
  }
  requireCount('edgeitems', edgeitems)
  requireSize('threshold', threshold)
  requireSize('linewidth', linewidth)
  current = {
    precision: precision ?? base.precision,
    threshold: threshold ?? base.threshold,
    edgeitems: edgeitems ?? base.edgeitems,
    linewidth: linewidth ?? base.linewidth,
    sci_mode,
  }
}

function requireCount(name: string, value: number | null): void {
  if (value === null || (Number.isInteger(value) && value >= 0)) return
  throw new ValueError(`set_printoptions: ${name} is ${value}; give an integer from 0`)
}

function requireSize(name: string, value: number | null): void {
  if (value === null || value >= 0) return
  throw new ValueError(`set_printoptions: ${name} is ${value}; give a number from 0`)
}
