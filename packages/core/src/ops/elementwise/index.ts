/** Every function of elements by one formula: each is a method as well, and a method in place. */
export * from './activation.ts'
export * from './arithmetic.ts'
export * from './bounds.ts'
export * from './comparison.ts'
export * from './divisors.ts'
export * from './fused.ts'
export * from './mathematics.ts'
export * from './power.ts'
