/** The contestant TensorFlow.js in Node: its WebAssembly backend. */
import { readFileSync } from 'node:fs'
import '@tensorflow/tfjs-backend-wasm'
import { answer } from '../dist/src/answer.js'
import { rows, useBackend } from './tfjs-rows.js'

await useBackend('wasm')
const { version } = JSON.parse(
  readFileSync(new URL('node_modules/@tensorflow/tfjs-backend-wasm/package.json', import.meta.url), 'utf8'),
)
await answer({ name: `tfjs-wasm ${version}`, details: 'SIMD' }, rows)
