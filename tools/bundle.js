// Makes what users of the packages load, as part of `pnpm build`: of each entry in a package's `exports` one file of dist/.
// All entries of a package are built together, so that no module stands in two files: what several need, and what is loaded
// later, becomes a file beside them. tsc writes the types.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, transform } from 'esbuild'
import { prepare } from './prepare.js'

/** @typedef {{ exports: Record<string, string | { 'chainrule-source': string, default: string }>, sideEffects?: false, dependencies?: object, peerDependencies?: object }} Manifest */

/** Has esbuild read the sources as `prepare` gives them. @type {import('esbuild').Plugin} */
const sources = {
  name: 'sources',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: prepare(readFileSync(path, 'utf8')),
      loader: 'ts',
      resolveDir: dirname(path),
    }))
  },
}

const packages = fileURLToPath(new URL('../packages', import.meta.url))
for (const name of readdirSync(packages)) await bundle(join(packages, name))

/** @param {string} folder */
async function bundle(folder) {
  /** @type {Manifest} */
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const entries = entriesOf(folder, manifest)
  // Where all of a package is needed to begin with, as core's methods are, files apart would only take time to load.
  const isWhole = manifest.sideEffects !== false
  const spaces = new Map(isWhole ? [] : entries.flatMap((entry) => namespacesOf(entry.in)))
  clear(join(folder, 'dist'))
  for (const file of ['LICENSE', 'CHANGELOG.md']) copyFileSync(join(packages, '..', file), join(folder, file))
  const { outputFiles } = await build({
    entryPoints: [...entries, ...[...spaces].map(([path, out]) => ({ in: path, out }))],
    outdir: join(folder, 'dist'),
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    // Bundlers choose a platform when they make a page or a program of it.
    platform: 'neutral',
    target: 'es2022',
    external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    plugins: [apart(entries, spaces), sources],
    // The package has the sources.
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    write: false,
  })
  const texts = new Map(outputFiles.map(({ path, text }) => [path, text]))
  for (const [path, text] of texts) {
    if (!path.endsWith('.js')) continue
    const { code, map } = await shorten(purifyNamespaces(listNamespaces(text)), texts.get(`${path}.map`) ?? '')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${code}//# sourceMappingURL=${basename(path)}.map\n`)
    writeFileSync(`${path}.map`, map)
  }
}

/**
 * Shortens the names within a file, so that it is read in less time. Lines stay, and what bundlers are told by comments, which
 * would go with the blanks.
 *
 * @param {string} text
 * @param {string} map
 */
function shorten(text, map) {
  const inline = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString('base64')}\n`
  return transform(text.replace(/\/\/# sourceMappingURL=.*\n$/, inline), {
    minifyIdentifiers: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'external',
    sourcesContent: false,
  })
}

/**
 * Has what esbuild makes of `export * as linalg` be one expression that is marked as pure, on as many lines: as it comes,
 * bundlers keep all namespaces.
 *
 * @param {string} text
 */
function purifyNamespaces(text) {
  return text
    .replace(/__defProp\(target, (\w+), \{ get: all\[\1\], enumerable: true \}\);/, '$& return target;')
    .replaceAll(/^var (\w+) = \{\};\n__export\(\1, /gm, 'var $1 =\n/* @__PURE__ */ __export({}, ')
}

/**
 * Has `Object.entries(methods)` of a namespace go through an object that is made there. What esbuild makes of a namespace has a
 * getter for each name, as it stands before what it names: to define and to ask these takes some milliseconds of an import.
 *
 * @param {string} text
 */
function listNamespaces(text) {
  let result = text
  for (const [block, name = '', members = ''] of text.matchAll(/^var (\w+) = \{\};\n__export\(\1, (\{[^}]*\})\);/gm)) {
    const listing = `Object.entries(${name})`
    if (!result.includes(listing)) continue
    result = result.replaceAll(listing, `Object.entries(${members.replaceAll('() => ', '').replaceAll(/\s+/g, ' ')})`)
    const isNeeded = result.replace(block, '').includes(name)
    if (!isNeeded) result = result.replace(block, block.replaceAll(/.+/g, ''))
  }
  return result
}

/** The entries that a package exports: their source, and their name in dist/. @param {string} folder @param {Manifest} manifest */
function entriesOf(folder, { exports }) {
  return Object.values(exports).flatMap((entry) => {
    if (typeof entry === 'string') return []
    return [{ in: join(folder, entry['chainrule-source']), out: basename(entry.default, '.js') }]
  })
}

/** `export * as init from './init/index.ts'`, in an entry: the module, and its name. @param {string} path @returns {[string, string][]} */
function namespacesOf(path) {
  const found = readFileSync(path, 'utf8').matchAll(/^export \* as (\w+) from '(.+)'$/gm)
  return Array.from(found, ([, name = '', from = '']) => [join(dirname(path), from), name])
}

/**
 * Makes namespaces files of their own, which entries re-export: in one file they would be objects, of which bundlers keep
 * all or nothing.
 *
 * @param {readonly { in: string }[]} entries
 * @param {ReadonlyMap<string, string>} spaces
 * @returns {import('esbuild').Plugin}
 */
function apart(entries, spaces) {
  return {
    name: 'apart',
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ path, importer, resolveDir }) => {
        const name = spaces.get(join(resolveDir, path))
        const isEntry = entries.some((entry) => entry.in === importer)
        return name !== undefined && isEntry ? { path: `./${name}.js`, external: true } : undefined
      })
    },
  }
}

/** Removes what an earlier build made: the names of shared files change with what is in them. @param {string} dist */
function clear(dist) {
  mkdirSync(dist, { recursive: true })
  rmSync(join(dist, 'chunks'), { recursive: true, force: true })
  for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join(dist, file))
  }
}
