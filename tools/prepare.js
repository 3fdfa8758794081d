// What the sources do not say, and bundlers and minifiers have to know.

import { parseAst } from 'rolldown/parseAst'

/** A node of the tree, as far as it is looked at. @typedef {{ type: string, start: number, end: number } & Record<string, unknown>} Tree */

/**
 * The text of a module with two things said in it, on the same lines:
 *
 * - Calls at its top level that make a value (`export const exp = elementwise(…)`, `class ReLU extends layer(…)`) are marked as
 *   pure: they do nothing else that counts, so a bundler may leave out what nobody uses.
 * - A class knows its name by `static get name()`: a minifier gives it another one, and texts show this one. A getter is the
 *   one form that no compiler turns into an assignment, which `Function.name` refuses.
 *
 * @param {string} text
 */
export function prepare(text) {
  /** @type {[at: number, text: string][]} */
  const insertions = []
  for (const statement of childrenOf(parseAst(text, { lang: 'ts' }))) {
    if (statement.type.endsWith('Declaration')) visit(statement)
  }
  return insertions
    .sort(([a], [b]) => b - a)
    .reduce((result, [at, inserted]) => result.slice(0, at) + inserted + result.slice(at), text)

  /** @param {Tree} node */
  function visit(node) {
    if (/Function|^TS/.test(node.type)) return
    if (node.type === 'CallExpression' || node.type === 'NewExpression')
      insertions.push([node.start, '/* @__PURE__ */ '])
    if (node.type === 'ClassDeclaration') {
      const { name } = /** @type {{ name: string }} */ (node.id)
      const { start } = /** @type {Tree} */ (node.body)
      insertions.push([start + 1, ` static get name() { return '${name}' }`])
    }
    for (const child of childrenOf(node)) visit(child)
  }
}

/** @param {object} node @returns {Tree[]} */
function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string')
}
