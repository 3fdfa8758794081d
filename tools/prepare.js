// What the sources do not say, and bundlers and minifiers have to know.

import { parseAst } from 'rolldown/parseAst'

/** A node of the tree, as far as it is looked at. @typedef {{ type: string, start: number, end: number } & Record<string, unknown>} Tree */

/**
 * The text of a module with two things said in it, on the same lines:
 *
 * - What its top level computes for a declaration (`export const exp = elementwise(…)`, `class ReLU extends layer(…)`) is marked as
 *   pure: it does nothing else that counts, so a bundler may leave out what nobody uses.
 * - A class knows its name by `static get name()`: a minifier gives it another one, and texts show this one. A getter is the
 *   one form that no compiler turns into an assignment, which `Function.name` refuses.
 *
 * @param {string} text
 */
export function prepare(text) {
  /** @type {[at: number, text: string][]} */
  const insertions = []
  for (const statement of childrenOf(parseAst(text, { lang: 'ts' }))) {
    const declaration = /** @type {Tree} */ (statement.declaration ?? statement)
    if (declaration.type === 'ClassDeclaration') visitClass(declaration)
    if (declaration.type !== 'VariableDeclaration') continue
    for (const { init } of childrenOf(declaration)) markPure(/** @type {Tree | null} */ (init))
  }
  return insertions
    .sort(([a], [b]) => b - a)
    .reduce((result, [at, inserted]) => result.slice(0, at) + inserted + result.slice(at), text)

  /** @param {Tree} node */
  function visitClass({ id, body, superClass }) {
    const { name } = /** @type {{ name: string }} */ (id)
    const inside = /** @type {Tree} */ (body)
    insertions.push([inside.start + 1, ` static get name() { return '${name}' }`])
    markPure(/** @type {Tree | null} */ (superClass))
    for (const member of childrenOf(inside)) if (member.static) markPure(/** @type {Tree | null} */ (member.value))
  }

  /** An arrow that is called: marks count for calls alone, and a call keeps what its arguments may do. @param {Tree | null} node */
  function markPure(node) {
    if (node === null || isPlain(node)) return
    insertions.push([node.start, '/* @__PURE__ */ (() => ('], [node.end, '))()'])
  }
}

/** What every bundler knows to do nothing. @param {Tree} node @returns {boolean} */
function isPlain(node) {
  if (/Function|Literal$|^Identifier$/.test(node.type) && node.type !== 'TemplateLiteral') return true
  if (/^TS(As|Satisfies)/.test(node.type)) return isPlain(/** @type {Tree} */ (node.expression))
  if (node.type === 'UnaryExpression' || node.type === 'Property') return childrenOf(node).every(isPlain)
  return /^(Array|Object)Expression$/.test(node.type) && childrenOf(node).every(isPlain)
}

/** @param {object} node @returns {Tree[]} */
function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string')
}
