export { type Bound, bindTo, type Method, methodOf, type Named, overloaded, signature } from './define.ts'
export { isKeywords, typeName } from './kinds.ts'
export { type Parameter, Signature, type Words } from './signature.ts'
