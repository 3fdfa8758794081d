export { type Bound, bindTo, isBound, type Method, type Named, overloaded, signature } from './define.ts'
export { isKeywords, typeName } from './kinds.ts'
export { type Parameter, Signature, type Words } from './signature.ts'
