// The defaults of parameters, as the sources write them.

import { existsSync, readFileSync } from 'node:fs'
import ts from 'typescript-api'

/** @type {Map<string, ts.SourceFile | null>} */
const files = new Map()

/** @param {string} path */
function parsed(path) {
  let file = files.get(path)
  if (file === undefined) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : null
    file = text === null ? null : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
    files.set(path, file)
  }
  return file
}

/**
 * The defaults of what a source file declares under a name, by the names of parameters; those that are no literal are left out.
 *
 * @param {string} path
 * @param {string} name
 * @param {readonly string[]} parameters PyTorch's names, in order
 * @returns {ReadonlyMap<string, string>}
 */
export function defaultsOf(path, name, parameters) {
  const file = parsed(path)
  const found = new Map()
  if (file === null) return found
  const declared = declarations(file)
  const node = declared.get(name)
  if (node === undefined) return found
  if (ts.isClassDeclaration(node)) {
    const base = node.heritageClauses?.[0]?.types[0]?.expression
    if (base !== undefined && ts.isCallExpression(base)) add(found, base.arguments[0], declared)
    const visit = (/** @type {ts.Node} */ inner) => {
      if (ts.isCallExpression(inner) && /^bind(Layer|Method)$/.test(inner.expression.getText())) {
        add(found, inner.arguments[1], declared)
      }
      if (ts.isVariableDeclaration(inner) && /^(usual|more)$/.test(inner.name.getText())) {
        add(found, inner.initializer, declared)
      }
      ts.forEachChild(inner, visit)
    }
    const constructor = node.members.find(ts.isConstructorDeclaration)
    if (constructor !== undefined) visit(constructor)
    return found
  }
  const call = ts.isVariableDeclaration(node) ? node.initializer : undefined
  // An alias has those of what it stands for.
  if (call !== undefined && ts.isIdentifier(call) && call.text !== name) return defaultsOf(path, call.text, parameters)
  if (call === undefined || !ts.isCallExpression(call)) return found
  for (const argument of call.arguments) {
    const run = ts.isIdentifier(argument) ? declared.get(argument.text) : argument
    if (
      run !== undefined &&
      (ts.isArrowFunction(run) || ts.isFunctionDeclaration(run) || ts.isFunctionExpression(run))
    ) {
      run.parameters.forEach((parameter, i) => {
        if (ts.isObjectBindingPattern(parameter.name)) {
          for (const element of parameter.name.elements) {
            set(found, (element.propertyName ?? element.name).getText(), element.initializer)
          }
        } else set(found, parameters[i] ?? parameter.name.getText(), parameter.initializer)
      })
    }
    if (!ts.isObjectLiteralExpression(argument)) continue
    for (const property of argument.properties) {
      if (ts.isPropertyAssignment(property) && property.name.getText() === 'parameters') {
        add(found, property.initializer, declared)
      }
    }
  }
  return found
}

/** Everything that a file declares, by name. @param {ts.SourceFile} file @returns {Map<string, ts.Node>} */
function declarations(file) {
  /** @type {Map<string, ts.Node>} */
  const found = new Map()
  for (const statement of file.statements) {
    if (ts.isVariableStatement(statement)) {
      for (const one of statement.declarationList.declarations) found.set(one.name.getText(), one)
    } else if (
      (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) &&
      statement.name !== undefined
    ) {
      found.set(statement.name.text, statement)
    }
  }
  return found
}

/** The properties of an object literal, those of others that it spreads too. @param {Map<string, string>} found @param {ts.Expression | undefined} value @param {Map<string, ts.Node>} declared */
function add(found, value, declared) {
  if (value === undefined) return
  if (ts.isAsExpression(value) || ts.isSatisfiesExpression(value)) return add(found, value.expression, declared)
  if (ts.isIdentifier(value)) {
    const node = declared.get(value.text)
    if (node !== undefined && ts.isVariableDeclaration(node)) add(found, node.initializer, declared)
    return
  }
  if (!ts.isObjectLiteralExpression(value)) return
  for (const property of value.properties) {
    if (ts.isSpreadAssignment(property)) add(found, property.expression, declared)
    else if (ts.isPropertyAssignment(property)) set(found, property.name.getText(), property.initializer)
  }
}

/** @param {Map<string, string>} found @param {string} name @param {ts.Expression | undefined} value */
function set(found, name, value) {
  const text = value === undefined ? null : literal(value)
  if (text !== null) found.set(name, text)
}

/** @param {ts.Expression} value @returns {string | null} */
function literal(value) {
  if (ts.isAsExpression(value)) return literal(value.expression)
  if (ts.isArrayLiteralExpression(value)) {
    const texts = value.elements.map(literal)
    return texts.includes(null) ? null : `[${texts.join(', ')}]`
  }
  const text = value.getText()
  return /^(-?[\d.]+(e[+-]?\d+)?|'[^']*'|true|false|null|-?Infinity|Math\.PI)$/.test(text) ? text : null
}
