import type { Tensor } from '@chainrule/core'
import type { Notebooks } from '../cell.ts'
import * as accumulation from './accumulation.ts'
import * as byHand from './by-hand.ts'
import * as clearing from './clearing.ts'
import * as leaf from './leaf.ts'
import * as linearRegression from './linear-regression.ts'
import * as perceptron from './perceptron.ts'
import * as perceptronByHand from './perceptron-by-hand.ts'
import * as sgd from './sgd.ts'
import * as sine from './sine.ts'
import * as square from './square.ts'
import * as stopTracking from './stop-tracking.ts'
import * as vector from './vector.ts'
import * as vectorJacobian from './vector-jacobian.ts'

/** What the file of a scenario exports. */
export interface Scenario {
  readonly title: string
  readonly notebooks: Notebooks
  /** The loss that its training comes to. */
  readonly goal: number
  /** The training loop: gives the loss of each step. */
  train(): Iterable<Tensor | number>
}

/** The scenarios in the order in which one learns, each under the name of its file. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  'by-hand': byHand,
  square,
  sine,
  leaf,
  'perceptron-by-hand': perceptronByHand,
  perceptron,
  vector,
  'vector-jacobian': vectorJacobian,
  accumulation,
  clearing,
  'stop-tracking': stopTracking,
  sgd,
  'linear-regression': linearRegression,
}
