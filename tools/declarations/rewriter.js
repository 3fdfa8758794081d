// Rewrites files of declarations; see index.js.

import { dirname, relative, sep } from 'node:path'
import ts from 'typescript-api'
import { Calls } from './calls.js'
import { comment, commentOf, described } from './comments.js'
import { defaultsOf } from './defaults.js'
import { methodOf, signatureOf } from './names.js'
import { Pieces } from './pieces.js'
import { wordsOf } from './words.js'

/** @typedef {import('./calls.js').Call} Call */
/** @typedef {import('./calls.js').Names} Names */
/** @typedef {import('./comments.js').Comment} Comment */
/** @typedef {import('./pieces.js').Edit} Edit */
/** A piece of text that is being written. @typedef {{ text: string, marks: (readonly [number, ts.Node])[] }} Draft */

export class Rewriter {
  /** Parameters without words. @type {Set<string>} */
  #lacking = new Set()
  /** Comments by name, of what others are aliases of. @type {Map<string, Comment>} */
  #comments = new Map()
  /** Types that the file at hand has to import, and from where. @type {Map<string, string>} */
  #imports = new Map()
  #pieces = new Pieces()

  /**
   * @param {ts.TypeChecker} checker
   * @param {string} packages
   * @param {ReadonlyMap<ts.Node, { name: string, value: any, core: any }>} exported
   */
  constructor(checker, packages, exported) {
    this.checker = checker
    this.packages = packages
    this.exported = exported
  }

  /** @throws Error where a parameter of something public has no words. */
  check() {
    if (this.#lacking.size === 0) return
    throw new Error(`tools/declarations/words.js has no words for ${[...this.#lacking].sort().join(', ')}`)
  }

  /** @param {ts.SourceFile} file */
  rewrite(file) {
    /** @type {Edit[]} */
    const edits = []
    const calls = new Calls(this.checker, file, (text) => this.#relative(text, file))
    this.#imports.clear()
    for (const statement of file.statements) this.#statement(statement, calls, edits)
    if (this.#imports.size > 0) {
      const lines = [...this.#imports].map(([type, from]) => `import type { ${type} } from '${from}';\n`)
      const start = file.statements[0]?.getStart(undefined, true) ?? 0
      edits.push({ start, end: start, text: lines.join(''), marks: [] })
    }
    return this.#pieces.joined(file, edits)
  }

  /** @param {ts.Statement} statement @param {Calls} calls @param {Edit[]} edits */
  #statement(statement, calls, edits) {
    if (ts.isVariableStatement(statement)) this.#variable(statement, calls, edits)
    else if (ts.isFunctionDeclaration(statement)) this.#documented(statement, edits, '')
    else if (ts.isClassDeclaration(statement)) this.#class(statement, calls, edits)
    else if (ts.isInterfaceDeclaration(statement)) this.#interface(statement, edits, '    ')
    else if (ts.isModuleDeclaration(statement) && statement.body !== undefined && ts.isModuleBlock(statement.body)) {
      for (const inner of statement.body.statements) {
        if (!ts.isInterfaceDeclaration(inner)) continue
        if (inner.heritageClauses === undefined) this.#interface(inner, edits, '        ')
        else this.#methods(inner, calls, edits)
      }
    }
  }

  /** A function that binds its arguments. @param {ts.VariableStatement} statement @param {Calls} calls @param {Edit[]} edits */
  #variable(statement, calls, edits) {
    const [node] = statement.declarationList.declarations
    const entry = node === undefined ? undefined : this.exported.get(node)
    if (node === undefined || entry === undefined || typeof entry.value !== 'function') return
    const signatures = this.checker.getTypeAtLocation(node).getCallSignatures()
    const names = signatureOf(entry.core, entry.value)
    if (signatures.length === 0 || names === null) return
    const name = node.name.getText()
    const summary = this.#summary(commentOf(statement), node)
    const defaults = defaultsOf(
      sourceOf(statement),
      name,
      names.parameters.map(({ names: [one = ''] }) => one),
    )
    /** @type {Draft} */
    const draft = { text: '', marks: [] }
    const list = calls.of(signatures, names)
    draft.text += comment(summary, this.#parameters(name, list, summary, defaults), '')
    draft.text += 'export declare const '
    draft.marks.push([draft.text.length, node])
    draft.text += `${name}: {\n`
    for (const call of list) this.#call('', call, name, summary, defaults, '    ', node, draft)
    const binding =
      entry.value.inPlace === undefined
        ? 'signature/overloads.ts").Binding'
        : 'ops/define/elementwise.ts").BoundElementwise'
    draft.text += `} & ${this.#relative(`import("${this.packages}/core/types/${binding}`, statement.getSourceFile())};`
    edits.push({ start: statement.getStart(undefined, true), end: statement.end, ...draft })
  }

  /** One overload of a function, method or constructor, with its comment. @param {string} head @param {Call} call @param {string} name @param {Comment} summary @param {ReadonlyMap<string, string>} defaults @param {string} indent @param {ts.Node} node @param {Draft} draft */
  #call(head, call, name, summary, defaults, indent, node, draft) {
    draft.text += comment(summary, this.#parameters(name, [call], summary, defaults), indent) + indent
    draft.marks.push([draft.text.length, node])
    const args = call.args.map(({ name: label, type, optional, rest, fields }) => {
      const shown = fields === null ? type : this.#fields(name, fields, defaults, indent)
      return `${rest ? '...' : ''}${label}${optional && !rest ? '?' : ''}: ${shown}`
    })
    const result = head.startsWith('constructor') ? '' : `: ${call.result}`
    draft.text += `${head}${call.typeParameters}(${args.join(', ')})${result};\n`
  }

  /** An object of options, a comment before each. @param {string} name @param {readonly import('./calls.js').Field[]} fields @param {ReadonlyMap<string, string>} defaults @param {string} indent */
  #fields(name, fields, defaults, indent) {
    const lines = fields.map((field) => {
      const words = this.#words(name, field.name, defaults)
      const said = words === null ? '' : `${indent}    /** ${capitalized(words)} */\n`
      return `${said}${indent}    readonly ${field.name}${field.optional ? '?' : ''}: ${field.type};\n`
    })
    return `{\n${lines.join('')}${indent}}`
  }

  /** The words for the parameters of calls that the comment itself does not have. @param {string} name @param {readonly Call[]} list @param {Comment} summary @param {ReadonlyMap<string, string>} defaults @returns {[string, string][]} */
  #parameters(name, list, summary, defaults) {
    const known = described(summary)
    const all = new Set(list.flatMap(({ args }) => args.map((one) => one.name)))
    return [...all].flatMap((one) => {
      if (known.has(one)) return []
      const words = this.#words(name, one, defaults)
      return words === null ? [] : [/** @type {[string, string]} */ ([one, words])]
    })
  }

  /** @param {string} name @param {string} parameter @param {ReadonlyMap<string, string>} defaults */
  #words(name, parameter, defaults) {
    const words = wordsOf(name, parameter)
    if (words === null) {
      this.#lacking.add(`${name}(${parameter})`)
      return null
    }
    const usual = defaults.get(parameter)
    return usual === undefined || usual === 'null' ? words : `${words} (default: ${usual})`
  }

  /** The comment of a declaration; of an alias, with what is said of what it stands for. @param {Comment} own @param {ts.Node} node @returns {Comment} */
  #summary(own, node) {
    const target = /^As `(\w+)`\.$/.exec(own.text.join(' '))?.[1]
    if (target === undefined) return own
    const found = this.#find(target, node)
    if (found === null) return own
    return {
      text: [`As \`${target}\`: ${decapitalized(found.text[0] ?? '')}`, ...found.text.slice(1)],
      tags: found.tags,
    }
  }

  /** @param {string} name @param {ts.Node} node @returns {Comment | null} */
  #find(name, node) {
    if (this.#comments.size === 0) {
      for (const [one, entry] of this.exported) {
        if (ts.isVariableDeclaration(one) && typeof entry.value === 'function') {
          if (!this.#comments.has(entry.name)) this.#comments.set(entry.name, commentOf(one.parent.parent))
        }
      }
    }
    for (const statement of node.getSourceFile().statements) {
      if (ts.isVariableStatement(statement) && statement.declarationList.declarations[0]?.name.getText() === name) {
        return commentOf(statement)
      }
      if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) continue
      if (!ts.isNamedExports(statement.exportClause)) continue
      const one = statement.exportClause.elements.find((element) => element.name.text === name)
      if (one !== undefined) return commentOf(one)
    }
    return this.#comments.get(name) ?? null
  }

  /** The methods that functions are as well. @param {ts.InterfaceDeclaration} node @param {Calls} calls @param {Edit[]} edits */
  #methods(node, calls, edits) {
    const [clause] = node.heritageClauses ?? []
    const core = [...this.exported.values()][0]?.core
    if (clause === undefined) return
    const own = new Set(node.members.map((member) => member.name?.getText()))
    /** @type {Draft} */
    const draft = { text: '', marks: [] }
    const indent = '        '
    for (const base of clause.types) {
      const properties = [...this.checker.getTypeAtLocation(base).getProperties()]
      for (const property of properties.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const { name } = property
        const [declaration] = property.declarations ?? []
        if (own.has(name) || declaration === undefined) continue
        own.add(name)
        const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
        const summary = this.#summary(commentOf(statement), declaration)
        const names = methodOf(core, name)
        const type = this.checker.getTypeOfSymbolAtLocation(property, node)
        const file = sourceOf(targetOf(this.checker, declaration))
        const defaults = defaultsOf(
          file,
          targetName(this.checker, declaration),
          names?.parameters.map(({ names: [one = ''] }) => one) ?? [],
        )
        const list = calls.of(type.getCallSignatures(), names, 1)
        for (const call of list)
          this.#call(
            name,
            call,
            name,
            withoutInput(summary),
            defaults,
            indent,
            targetOf(this.checker, declaration),
            draft,
          )
      }
    }
    edits.push({ start: clause.getFullStart(), end: clause.end, text: '', marks: [] })
    for (const member of node.members) this.#documented(member, edits, indent)
    const end = node.members.end
    edits.push({
      start: end,
      end,
      text: `\n${draft.text.trimEnd()}`,
      marks: draft.marks.map(([at, one]) => /** @type {const} */ ([at + 1, one])),
    })
  }

  /** @param {ts.ClassDeclaration} node @param {Calls} calls @param {Edit[]} edits */
  #class(node, calls, edits) {
    const entry = this.exported.get(node)
    const names = entry === undefined ? null : signatureOf(entry.core, entry.value)
    const constructors = node.members.filter(ts.isConstructorDeclaration)
    if (entry !== undefined && names !== null && node.name !== undefined) {
      const type = this.checker.getTypeOfSymbolAtLocation(
        /** @type {ts.Symbol} */ (this.checker.getSymbolAtLocation(node.name)),
        node,
      )
      const { text } = commentOf(node)
      const [first] = constructors
      const own = first === undefined ? { text: [], tags: [] } : commentOf(first)
      const summary = { text: own.text.length > 0 ? own.text : text, tags: own.tags }
      const defaults = defaultsOf(
        sourceOf(node),
        node.name.text,
        names.parameters.map(({ names: [one = ''] }) => one),
      )
      /** @type {Draft} */
      const draft = { text: '', marks: [] }
      for (const call of calls.of(type.getConstructSignatures(), names)) {
        const plain = { ...call, typeParameters: '' }
        this.#call('constructor', plain, node.name.text, summary, defaults, '    ', first ?? node.name, draft)
      }
      for (const one of constructors) edits.push({ start: one.getFullStart(), end: one.end, text: '', marks: [] })
      edits.push({
        start: node.members.pos,
        end: node.members.pos,
        text: `\n${draft.text.trimEnd()}`,
        marks: draft.marks.map(([at, one]) => /** @type {const} */ ([at + 1, one])),
      })
    }
    for (const member of node.members) {
      if (commentOf(member).tags.some((tag) => tag.startsWith('@internal'))) {
        // Tensors are made by functions.
        const text = ts.isConstructorDeclaration(member) ? '\n    protected constructor();' : ''
        edits.push({ start: member.getFullStart(), end: member.end, text, marks: [] })
      } else if (!ts.isConstructorDeclaration(member) || names === null) this.#documented(member, edits, '    ')
    }
  }

  /** @param {ts.InterfaceDeclaration} node @param {Edit[]} edits @param {string} indent */
  #interface(node, edits, indent) {
    for (const member of node.members) {
      this.#documented(member, edits, indent)
      if (!ts.isPropertySignature(member) || commentOf(member).text.length > 0) continue
      if (!/Options$|Masks$/.test(node.name.text) || !this.exported.has(node)) continue
      const words = this.#words(node.name.text, member.name.getText(), new Map())
      if (words === null) continue
      const start = member.getStart()
      edits.push({ start, end: start, text: `/** ${capitalized(words)} */\n${indent}`, marks: [] })
    }
  }

  /** Adds to a comment what parameters mean. @param {ts.Node} node @param {Edit[]} edits @param {string} indent */
  #documented(node, edits, indent) {
    const isCall =
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isMethodSignature(node) ||
      ts.isConstructorDeclaration(node)
    if (!isCall || node.parameters.length === 0) return
    const said = commentOf(node)
    const name = node.name?.getText() ?? 'constructor'
    const known = described(said)
    /** @type {[string, string][]} */
    const added = []
    for (const parameter of node.parameters) {
      const isPattern = !ts.isIdentifier(parameter.name)
      if (isPattern)
        edits.push({ start: parameter.name.getStart(), end: parameter.name.end, text: 'options', marks: [] })
      const label = isPattern ? 'options' : parameter.name.getText()
      if (known.has(label) || label.startsWith('_') || label === 'this') continue
      const words = wordsOf(name, label)
      if (words !== null) added.push([label, words])
      else if (this.#isPublic(node)) this.#lacking.add(`${name}(${label})`)
    }
    if (added.length === 0) return
    const start = node.getStart(undefined, true)
    edits.push({ start, end: node.getStart(), text: comment(said, added, indent).trimStart() + indent, marks: [] })
  }

  /** @param {ts.Node} node */
  #isPublic(node) {
    if (ts.isConstructorDeclaration(node)) return false
    const owner = ts.isFunctionDeclaration(node) ? node : node.parent
    return this.exported.has(owner)
  }

  /** Types of other modules by the names under which the file imports them, or will. @param {string} text @param {ts.SourceFile} file */
  #relative(text, file) {
    return text.replaceAll(
      /import\("([^"]+)"\)\.(\w+)/g,
      (_, /** @type {string} */ path, /** @type {string} */ type) => {
        const from = path.startsWith(this.packages) ? this.#specifier(path, file) : path
        const declared = namesIn(file)
        if (declared.own.has(type)) return `import("${from}").${type}`
        if (!declared.imported.has(type)) this.#imports.set(type, from)
        return type
      },
    )
  }

  /** What a file calls a module. @param {string} path @param {ts.SourceFile} file */
  #specifier(path, file) {
    const [name = ''] = relative(this.packages, path).split(sep)
    if (!file.fileName.startsWith(`${this.packages}/${name}/`)) return `@chainrule/${name}`
    const way = relative(dirname(file.fileName), path.replace(/(\.d)?\.ts$/, '')).replaceAll(sep, '/')
    return `${way.startsWith('.') ? way : `./${way}`}.ts`
  }
}

/** @param {ts.Node} node */
const sourceOf = (node) =>
  node
    .getSourceFile()
    .fileName.replace('/types/', '/src/')
    .replace(/\.d\.ts$/, '.ts')

/** The declaration that an export names. @param {ts.TypeChecker} checker @param {ts.Node} node @returns {ts.Node} */
function targetOf(checker, node) {
  if (!ts.isExportSpecifier(node)) return node
  const symbol = checker.getSymbolAtLocation(node.name)
  const target = symbol === undefined ? undefined : checker.getAliasedSymbol(symbol)
  return target?.declarations?.[0] ?? node
}

/** @param {ts.TypeChecker} checker @param {ts.Node} node */
function targetName(checker, node) {
  const target = targetOf(checker, node)
  return ts.isVariableDeclaration(target) ? target.name.getText() : ''
}

/** The names that a file declares and imports. @param {ts.SourceFile} file */
function namesIn(file) {
  const [own, imported] = [new Set(), new Set()]
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings
      if (bindings !== undefined && ts.isNamedImports(bindings)) {
        for (const { name } of bindings.elements) imported.add(name.text)
      }
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) own.add(name.getText())
    } else if ('name' in statement) own.add(/** @type {{ name: ts.Node }} */ (statement).name.getText())
  }
  return { own, imported }
}

/** A method's comment: the tensor is no parameter of it. @param {Comment} comment @returns {Comment} */
const withoutInput = ({ text, tags }) => ({ text, tags: tags.filter((line) => !/^@param (input|self) /.test(line)) })

/** @param {string} text */
const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.)]$/.test(text) ? '' : '.')
/** @param {string} text */
const decapitalized = (text) => (/^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text)
