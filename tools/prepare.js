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
    for (const { type, static: isStatic, value } of childrenOf(inside)) {
      if (isStatic && type === 'PropertyDefinition') markPure(/** @type {Tree | null} */ (value))
    }
  }

  /** @param {Tree | null} node */
  function markPure(node) {
    if (node === null) return
    /** @type {number[]} */
    const calls = []
    if (isPlain(node, calls))
      insertions.push(...calls.map((at) => /** @type {[number, string]} */ ([at, '/* @__PURE__ */ '])))
    // A call keeps what its arguments may do, such as spreads: an arrow around it has none.
    else insertions.push([node.start, '/* @__PURE__ */ (() => ('], [node.end, '))()'])
  }
}

/**
 * Whether every bundler knows that an expression does nothing, if its calls are marked; `calls` is given where these are.
 *
 * @param {Tree} node
 * @param {number[]} calls
 * @returns {boolean}
 */
function isPlain(node, calls) {
  const arePlain = () => childrenOf(node).every((child) => isPlain(child, calls))
  switch (node.type) {
    case 'Identifier':
    case 'Literal':
    case 'FunctionExpression':
    case 'TSEmptyBodyFunctionExpression':
    case 'ArrowFunctionExpression':
      return true
    case 'CallExpression':
    case 'NewExpression': {
      const { type, object } = /** @type {Tree} */ (node.callee)
      const isNamed =
        type === 'Identifier' || (type === 'MemberExpression' && /** @type {Tree} */ (object).type === 'Identifier')
      calls.push(node.start)
      return isNamed && /** @type {Tree[]} */ (node.arguments).every((argument) => isPlain(argument, calls))
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isPlain(/** @type {Tree} */ (node.expression), calls)
    case 'UnaryExpression':
    case 'Property':
    case 'ArrayExpression':
    case 'ObjectExpression':
      return arePlain()
    default:
      return false
  }
}

/** @param {object} node @returns {Tree[]} */
function childrenOf(node) {
  return Object.values(node)
    .flat()
    .filter((value) => typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string')
}
