/** The contestant TensorFlow.js in a browser: the backend that the page's address names, webgl or webgpu. */
import '@tensorflow/tfjs-backend-webgpu'
import { join } from '../dist/src/gpu/join.js'
import { rows, useBackend } from './tfjs-rows.js'

join(async () => {
  const backend = new URLSearchParams(location.search).get('backend')
  await useBackend(backend)
  return { details: `backend ${backend}`, rows }
})
