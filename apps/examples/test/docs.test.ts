/**
 * The documentation is run: every ts block of README.md, CONTRIBUTING.md, docs/ and of the packages' own pages prints what the text block right below it
 * shows, an error as its last line, and has no type error. A block that imports nothing gets the three packages.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'node:util'
import { set_default_device } from '@chainrule/core'
import { afterEach, describe, expect, test, vi } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** Git ignores it. Imports of packages are found from there. */
const folder = fileURLToPath(new URL('../dist/docs/', import.meta.url))

const packages = ['core', 'nn', 'optim'] as const
const prelude = packages
  .map((name) => `import * as ${name === 'core' ? 'torch' : name} from '@chainrule/${name}'\n`)
  .join('')

interface Block {
  /** The page and the line, as `README.md:12`. */
  readonly place: string
  readonly file: string
  readonly code: string
  /** What it prints, where the page shows it. */
  readonly printed: string | undefined
}

/** The blocks of a page, their imports pointing from `folder` to where they point from the page. */
function blocksOf(page: string): Block[] {
  const text = readFileSync(root + page, 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$(?:\n+```text\n(.*?)^```$)?/gms)].map((match): Block => {
    const [, code = '', printed] = match
    const line = text.slice(0, match.index).split('\n').length
    const imports = /^import /m.test(code) ? '' : prelude
    return {
      place: `${page}:${line}`,
      file: `${folder}${page.replaceAll(/\W+/g, '-')}-${line}.ts`,
      code:
        imports +
        code.replaceAll("'../packages/", "'../../../../packages/").replaceAll("'./tiny/", "'../../../../docs/tiny/"),
      printed,
    }
  })
}

/** The quoted blocks of a page, and the files that the paragraphs since the block before point at. */
function quotesOf(page: string): { code: string; files: string[] }[] {
  const text = readFileSync(root + page, 'utf8')
  let last: string[] = []
  return [...text.matchAll(/\]\(([^)#:]+\.ts)\)|^```typescript\n(.*?)^```$/gms)].flatMap(([, link, code]) => {
    if (link !== undefined) last = [...last, resolve(root, dirname(page), link)]
    return code === undefined ? [] : [{ code, files: last }]
  })
}

const guides = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...guides.map((name) => `docs/${name}`),
  ...packages.map((name) => `packages/${name}/README.md`),
]
const blocks = pages.flatMap(blocksOf)

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const { file, code } of blocks) writeFileSync(file, code)

afterEach(() => {
  vi.restoreAllMocks()
  set_default_device(null)
})

/** What a block prints. An error ends it, and is its last line, where the page shows one. */
async function run({ file, printed }: Block): Promise<string> {
  const lines: string[] = []
  vi.spyOn(console, 'log').mockImplementation((...values: readonly unknown[]) => void lines.push(format(...values)))
  try {
    await import(/* @vite-ignore */ file)
  } catch (error) {
    if (printed === undefined) throw error
    lines.push(String(error))
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** What a script of the workspace writes, without colours. */
function output(script: string, ...args: readonly string[]): string {
  const { FORCE_COLOR: _, ...env } = process.env
  const node = ['--import', 'tsx', '--conditions=chainrule-source', script, ...args]
  return spawnSync(process.execPath, node, { cwd: root, encoding: 'utf8', env: { ...env, NO_COLOR: '1' } }).stdout
}

describe('documentation', () => {
  test.each(blocks)('$place runs', async (block) => {
    const shown = await run(block)
    expect(shown).toBe(block.printed ?? shown)
  })

  test('quotes what stands in the files that it names', () => {
    const quoted = quotesOf('docs/how-it-works.md')
    expect(quoted.length).toBeGreaterThan(15)
    const texts = (files: readonly string[]) => files.map((file) => readFileSync(file, 'utf8'))
    expect(quoted.filter(({ code, files }) => !texts(files).some((text) => text.includes(code)))).toEqual([])
  })

  test('shows the 200 lines whole, and they train to the digits of the README', async () => {
    const source = readFileSync(`${root}docs/tiny/chainrule.ts`, 'utf8')
    expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(200)
    const shown = quotesOf('docs/how-it-works.md').filter(({ code }) => source.includes(code))
    expect(
      shown
        .map(({ code }) => code.split('\n'))
        .flat()
        .filter((line) => line !== '')
        .sort(),
    ).toEqual(
      source
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    )
    const digits = (text: string) => text.match(/\d+\.\d{4}/g)
    const [first] = blocks
    expect(digits(await run({ ...(first as Block), file: `${root}docs/tiny/xor.ts` }))).toEqual(
      digits(first?.printed ?? ''),
    )
  })

  test.each(pages)('%s points at files that are there', (page) => {
    const targets = [...readFileSync(root + page, 'utf8').matchAll(/\]\((?!https:|#)([^)#]+)/g)].map(
      ([, target = '']) => target,
    )
    expect(targets.filter((target) => !existsSync(resolve(root, dirname(page), target)))).toEqual([])
  })

  test('has no type error', () => {
    const compilerOptions = {
      composite: false,
      incremental: false,
      declaration: false,
      declarationMap: false,
      sourceMap: false,
      noUnusedLocals: false,
    }
    const config = { extends: '../../../../tsconfig.noemit.json', compilerOptions, include: ['.'] }
    writeFileSync(`${folder}tsconfig.json`, JSON.stringify(config))
    const tsc = `${root}node_modules/typescript/bin/tsc`
    const { stdout } = spawnSync(process.execPath, [tsc, '--project', '.', '--pretty', 'false'], {
      cwd: folder,
      encoding: 'utf8',
    })
    // Errors in the packages themselves are found where those are checked.
    const errors = stdout.split('\n').filter((line) => /^\S/.test(line) && !line.startsWith('..'))
    expect(errors).toEqual([])
  })

  test.each(['ops.md', 'layers.md'])('docs/%s lists what there is: pnpm reference', (page) => {
    expect(output('tools/reference.ts', '--print', page) === readFileSync(`${root}docs/${page}`, 'utf8')).toBe(true)
  })

  test('README.md shows the table that npm start ends with', () => {
    const [table] = /^┌.*^└.*?$/ms.exec(readFileSync(`${root}README.md`, 'utf8')) ?? []
    expect(output('apps/examples/src/main.ts')).toContain(table)
  })
})
