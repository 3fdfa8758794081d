export { checkProbabilities, fillBernoulli, fillDropoutMask } from './bernoulli.ts'
export { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from './continuous.ts'
export {
  default_generator,
  fork_rng,
  get_rng_state,
  initial_seed,
  manual_seed,
  seed,
  set_rng_state,
} from './default_generator.ts'
export { Generator } from './generator.ts'
export { fillPermutation, fillRandom, fillRandomFrom } from './integers.ts'
export { checkMultinomial, checkWeights, cumulated, fillCeilings } from './multinomial.ts'
export { fillNormal } from './normal.ts'
export { fillUniform } from './uniform.ts'
