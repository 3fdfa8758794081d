/**
 * `torch.testing`: comparing results in tests.
 *
 * @see https://pytorch.org/docs/stable/testing.html
 */
export { AssertionError } from '../errors.ts'
export { type AssertCloseOptions, assert_close } from './assert-close.ts'
export { type Expect, extend } from './expect.ts'
