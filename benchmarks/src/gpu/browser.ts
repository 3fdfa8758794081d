/** The contestant chainrule in a browser: on the CPU, or in the mode of gpu.js that the page's address names. */
import { useDevice } from '../chainrule-device.ts'
import { rows } from '../chainrule-rows.ts'
import { join } from './join.ts'

join(async () => {
  const details = await useDevice(new URLSearchParams(location.search).get('mode'), import('gpu.js'))
  return { details, rows }
})
