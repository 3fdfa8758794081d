/** Contestants in Node answer over stdin and stdout, a line each. */
import { createInterface } from 'node:readline'
import { readData } from './data.ts'
import { type About, answering, type Rows } from './work.ts'

/** Answers until the questions end. */
export async function answer(about: About, rows: Rows): Promise<void> {
  const reply = answering(rows, readData(process.argv[2] ?? ''))
  const say = (text: unknown): void => void process.stdout.write(`${JSON.stringify(text)}\n`)
  say({ about })
  for await (const question of createInterface({ input: process.stdin })) say(await reply(question))
}
