/** The contestant jax-js in a browser: the backend that the page's address names. */
import { join } from '../dist/src/gpu/join.js'
import { rows, useBackend } from './jax-rows.js'

join(async () => {
  const backend = new URLSearchParams(location.search).get('backend')
  await useBackend(backend)
  return { details: `backend ${backend}, jit`, rows }
})
