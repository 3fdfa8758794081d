import { Tensor } from './tensor/tensor.ts'

/** What DevTools shows of a value in place of its fields: markup as lists. */
interface Formatter {
  header(value: unknown): readonly unknown[] | null
  hasBody(value: unknown): boolean
}

const style = { style: 'white-space: pre; font-family: monospace' }

/** Modules are functions; what has PyTorch's name for the name of its class is one. */
const isModule = (value: unknown): boolean => typeof value === 'function' && '_get_name' in value

const formatter: Formatter = {
  header: (value) => (value instanceof Tensor || isModule(value) ? ['span', style, String(value)] : null),
  hasBody: () => false,
}

/**
 * Has a browser's console show tensors and modules as Node's does, by their text. DevTools asks for it where custom formatters are
 * switched on: in Chromium under Settings, Preferences, Console. Calling it again changes nothing.
 *
 * @see https://developer.chrome.com/docs/devtools/console/custom-formatters
 */
export function install_devtools_formatter(): void {
  const page = globalThis as { devtoolsFormatters?: Formatter[] }
  page.devtoolsFormatters ??= []
  if (!page.devtoolsFormatters.includes(formatter)) page.devtoolsFormatters.push(formatter)
}
