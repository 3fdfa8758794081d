// Makes the declarations that the packages publish, dist/**/*.d.ts, of those that tsc writes to types/: functions that are called
// by position and by name become overloads that say so, each with its comment and a line for every parameter, methods of tensors
// among them; what is marked @internal is left out. Editors show of it all. What is not documented is an error.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-api'
import { loaded } from './names.js'
import { Rewriter } from './rewriter.js'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))
const names = readdirSync(packages)
const typesOf = (/** @type {string} */ name) => join(packages, name, 'types')
const files = names.flatMap((name) =>
  readdirSync(typesOf(name), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.d.ts'))
    .map((path) => ({ name, path: join(typesOf(name), path), out: join(packages, name, 'dist', path) })),
)
/** @type {ts.CompilerOptions} */
const options = {
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
  types: [],
  paths: Object.fromEntries(names.map((name) => [`@chainrule/${name}`, [join(typesOf(name), 'index.d.ts')]])),
}
const host = ts.createCompilerHost(options)
const readFile = host.readFile.bind(host)
// Typed arrays have no parameters for TypeScript before 5.7. Blanks in their place leave all else where the maps say.
host.readFile = (path) =>
  readFile(path)?.replaceAll(/(?<=Array)<ArrayBuffer(?:Like)?>/g, (blank) => ' '.repeat(blank.length))
const program = ts.createProgram(
  files.map(({ path }) => path),
  options,
  host,
)
const checker = program.getTypeChecker()
const exported = publicValues(await loaded(packages))
const rewriter = new Rewriter(checker, packages, exported)

for (const name of names) clear(join(packages, name, 'dist'))
for (const { path, out } of files) {
  const file = program.getSourceFile(path)
  if (file === undefined) throw new Error(`${path} cannot be read`)
  const { text, map } = rewriter.rewrite(file)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, text.replaceAll(/(?<=Array) +(?=[;,)|\]])/g, ''))
  writeFileSync(`${out}.map`, JSON.stringify(map))
}
rewriter.check()

/** What the declarations of public names stand for. @param {Record<string, any>} modules */
function publicValues(modules) {
  /** @type {Map<ts.Node, { name: string, value: any, core: any }>} */
  const found = new Map()
  const visit = (/** @type {ts.Symbol} */ space, /** @type {any} */ runtime) => {
    for (const symbol of checker.getExportsOfModule(space)) {
      const target = (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol
      const value = runtime?.[symbol.name]
      if ((target.flags & ts.SymbolFlags.ValueModule) !== 0) visit(target, value)
      else
        for (const node of target.declarations ?? []) found.set(node, { name: symbol.name, value, core: modules.core })
    }
  }
  for (const name of names) {
    const entry = program.getSourceFile(join(typesOf(name), 'index.d.ts'))
    const symbol = entry === undefined ? undefined : checker.getSymbolAtLocation(entry)
    if (symbol === undefined) throw new Error(`${relative(packages, typesOf(name))} has no index.d.ts`)
    visit(symbol, modules[name])
  }
  return found
}

/** Removes what an earlier build made. @param {string} dist */
function clear(dist) {
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.d\.ts(\.map)?$/.test(file)) rmSync(join(dist, file))
  }
}
