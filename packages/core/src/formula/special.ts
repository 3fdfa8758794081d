/** The functions of mathematics that JavaScript's `Math` lacks. */
export { erf, erfc, erfinv } from './erf.ts'
export { digamma, lgamma, polygamma } from './gamma.ts'
