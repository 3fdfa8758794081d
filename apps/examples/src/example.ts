/** `npm run example [NAME]`: lists the scenarios, or runs one. */
import { command } from './command.ts'

const { code, text } = await command(process.argv.slice(2), process.stdout.columns ?? 80)
if (code === 2) console.error(text)
else console.log(text)
process.exitCode = code
