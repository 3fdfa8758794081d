export {
  type Bound,
  bindClass,
  bindMethods,
  bindTo,
  type MethodParameters,
  methodOf,
  overloaded,
  signature,
} from './define.ts'
export { isKeywords, typeName } from './kinds.ts'
export type { Binding, Method, Named, Signed, Unnamed } from './overloads.ts'
export { shown } from './shown.ts'
export { type Parameter, Signature, type Words } from './signature.ts'
