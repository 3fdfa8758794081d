/** A function that kernels call, in the JavaScript that gpu.js reads: float32 in, float32 out. */
export interface LibraryFunction {
  readonly name: string
  readonly parameters: readonly string[]
  readonly source: string
}

/** A function by its name, parameters and body. */
export function define(name: string, parameters: readonly string[], body: string): LibraryFunction {
  return { name, parameters, source: `function ${name}(${parameters.join(', ')}) {\n${body}\n}` }
}

/** A polynomial by Horner's scheme, coefficients lowest first. */
export const horner = (x: string, coefficients: readonly number[]): string =>
  coefficients.reduceRight((rest, c) => (rest === '' ? `(${c})` : `(${c} + ${x} * ${rest})`), '')
