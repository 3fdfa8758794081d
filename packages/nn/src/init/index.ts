/** Initial values of weights, drawn as PyTorch draws them. */
export { constant_, dirac_, eye_, normal_, ones_, trunc_normal_, uniform_, zeros_ } from './basic.ts'
export { orthogonal_, sparse_ } from './matrix.ts'
export {
  calculate_gain,
  kaiming_normal_,
  kaiming_uniform_,
  type Nonlinearity,
  xavier_normal_,
  xavier_uniform_,
} from './scaled.ts'
