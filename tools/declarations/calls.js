// The ways in which a function is called, read from its type: each as a list of parameters that a person would write.

import ts from 'typescript-api'

/** One parameter. `fields` are those of an object of options that has no name. @typedef {{ name: string, type: string, optional: boolean, rest: boolean, fields: Field[] | null }} Argument */
/** @typedef {{ name: string, type: string, optional: boolean, documented: boolean }} Field */
/** @typedef {{ typeParameters: string, args: readonly Argument[], result: string }} Call */
/** An element of a list of parameters as types say it. @typedef {{ name: string, type: ts.Type, optional: boolean, rest: boolean }} Entry */
/** What a signature of the running program says of a parameter. @typedef {{ names: readonly string[], kind: string, positional: boolean }} Parameter */
/** @typedef {{ parameters: readonly Parameter[], required: number }} Names */

const { NoTruncation, UseSingleQuotesForStringLiteralType } = ts.NodeBuilderFlags
/** @type {ts.NodeBuilderFlags} */
const flags = NoTruncation | UseSingleQuotesForStringLiteralType
const printer = ts.createPrinter({ removeComments: true })

/** Reads and prints calls as they are to stand in a file of declarations. */
export class Calls {
  /**
   * @param {ts.TypeChecker} checker
   * @param {ts.SourceFile} file
   * @param {(text: string) => string} relative makes paths of modules relative to the file
   */
  constructor(checker, file, relative) {
    this.checker = checker
    this.file = file
    this.relative = relative
  }

  /**
   * Every call of the signatures, each once. `names` are PyTorch's, of which the first `self` are not written.
   *
   * @param {readonly ts.Signature[]} signatures
   * @param {Names | null} names
   * @param {0 | 1} self
   * @returns {Call[]}
   */
  of(signatures, names, self = 0) {
    /** @type {Map<string, Call>} */
    const known = new Map()
    this.expanded = false
    for (const signature of signatures) {
      const declared = this.checker.signatureToSignatureDeclaration(
        signature,
        ts.SyntaxKind.CallSignature,
        this.file,
        flags,
      )
      const typeParameters = declared?.typeParameters?.map((one) => this.text(one)).join(', ') ?? ''
      const result = declared?.type === undefined ? 'void' : this.text(declared.type)
      for (const list of this.lists(signature)) {
        for (const args of this.named(list, names, self)) {
          const call = {
            typeParameters: typeParameters === '' ? '' : `<${typeParameters}>`,
            args: joined(args),
            result,
          }
          const key = args.map(({ type, optional, rest }) => `${String(optional)}${String(rest)}${type}`).join()
          if (!known.has(typeParameters + key)) known.set(typeParameters + key, call)
        }
      }
    }
    const calls = [...known.values()]
    return this.expanded ? byName(calls, self) : calls
  }

  /** A signature's parameters; several lists where a rest parameter may be one of several tuples. @param {ts.Signature} signature @returns {Entry[][]} */
  lists(signature) {
    /** @type {Entry[][]} */
    let lists = [[]]
    for (const parameter of signature.parameters) {
      const declaration = parameter.valueDeclaration
      const isDeclared = declaration !== undefined && ts.isParameter(declaration)
      const type = this.checker.getTypeOfSymbolAtLocation(parameter, this.file)
      const { name } = parameter
      const isRest = isDeclared && declaration.dotDotDotToken !== undefined
      const optional = isDeclared && (declaration.questionToken !== undefined || declaration.initializer !== undefined)
      const endings = isRest ? this.spread(name, type) : [[{ name, type, optional, rest: false }]]
      lists = lists.flatMap((list) => endings.map((ending) => [...list, ...ending]))
    }
    return lists
  }

  /** @param {string} name @param {ts.Type} type @returns {Entry[][]} */
  spread(name, type) {
    if (type.isUnion()) return type.types.flatMap((one) => this.spread(name, one))
    const elements = this.checker.getTypeArguments(/** @type {ts.TypeReference} */ (type))
    if (!this.checker.isTupleType(type)) {
      return [[{ name, type: elements[0] ?? type, optional: false, rest: true }]]
    }
    const { elementFlags, labeledElementDeclarations } = /** @type {ts.TupleTypeReference} */ (type).target
    return [
      elements.map((element, i) => {
        const label = labeledElementDeclarations?.[i]?.name
        const flag = elementFlags[i] ?? ts.ElementFlags.Required
        return {
          name: label !== undefined && ts.isIdentifier(label) ? label.text : `${name}_${i}`,
          type: element,
          optional: (flag & ts.ElementFlags.Optional) !== 0,
          rest: (flag & ts.ElementFlags.Rest) !== 0,
        }
      }),
    ]
  }

  /**
   * A list under PyTorch's names. Where a place takes an option or the object of all options, as those of layers do, one list
   * by position, and one for each place from which options go by name.
   *
   * @param {readonly Entry[]} entries
   * @param {Names | null} names
   * @param {0 | 1} self
   * @returns {Argument[][]}
   */
  named(entries, names, self) {
    /** @type {Argument[]} */
    const given = []
    /** @type {Argument[][]} */
    const byName = []
    const positional = names?.parameters.filter((one) => one.positional).slice(self) ?? []
    const nameAt = (/** @type {number} */ i) => positional[i]?.names[0]
    /** @type {ts.Type | null} */
    let last = null
    for (const entry of entries) {
      const i = given.length
      const options = entry.name === 'options' ? null : this.optionsIn(entry.type, nameAt(i))
      // What is no list is what other places take, one after the other.
      if (
        options === null &&
        entry.rest &&
        names !== null &&
        !/\[\]$|^size$/.test(positional[i]?.kind ?? '') &&
        !isSpread(positional[i])
      ) {
        this.expanded = true
        for (const {
          names: [name = ''],
        } of positional.slice(i)) {
          given.push(
            this.argument(name, { ...entry, name, rest: false, optional: given.length + self >= names.required }),
          )
        }
        continue
      }
      if (options === null) {
        const name = entry.name === 'options' ? entry.name : (nameAt(i) ?? entry.name)
        given.push(this.argument(name, entry))
        continue
      }
      last = options
      const until = entry.rest ? positional.length : i + 1
      for (let place = i; place < Math.max(until, i + 1); place++) {
        const name = nameAt(place)
        byName.push([
          ...given.map(required),
          this.options(options, byName.length === 0 ? [] : given, place, names, self),
        ])
        if (name === undefined) break
        const property = this.checker.getPropertyOfType(options, name)
        if (property === undefined) break
        given.push(
          this.argument(name, {
            name,
            type: this.checker.getTypeOfSymbolAtLocation(property, this.file),
            optional: place + self >= (names?.required ?? 0),
            rest: false,
          }),
        )
      }
    }
    if (last !== null) {
      const rest = names?.parameters.filter((one) => !one.positional).map(({ names: [first = ''] }) => first) ?? []
      const fields = this.fieldsOf(last).filter(({ name }) => rest.includes(name))
      if (fields.length > 0) given.push({ name: 'options', type: '', optional: true, rest: false, fields })
    }
    const order = names?.parameters.map(({ names: [first = ''] }) => first) ?? []
    for (const { fields } of [...given, ...byName.flat()]) {
      fields?.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
    }
    return [given, ...byName]
  }

  /** The object of options that stands in a union with the options themselves. @param {ts.Type} type @param {string | undefined} name @returns {ts.Type | null} */
  optionsIn(type, name) {
    if (name === undefined || !type.isUnion()) return null
    const found = type.types.find((one) => {
      if ((one.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0 || one.isClass()) return false
      return this.checker.getPropertyOfType(one, name) !== undefined && one.getCallSignatures().length === 0
    })
    return found ?? null
  }

  /** @param {ts.Type} type @param {readonly Argument[]} given @param {number} place @param {Names | null} names @param {0 | 1} self @returns {Argument} */
  options(type, given, place, names, self) {
    const before = new Set(given.map(({ name }) => name))
    const optional = (names?.required ?? 0) <= place + self
    const alias = given.length === 0 && (type.aliasSymbol !== undefined || type.isClassOrInterface())
    if (alias) return { name: 'options', type: this.print(type), optional, rest: false, fields: null }
    return {
      name: 'options',
      type: '',
      optional,
      rest: false,
      fields: this.fieldsOf(type).filter(({ name }) => !before.has(name)),
    }
  }

  /** @param {string} name @param {Entry} entry @returns {Argument} */
  argument(name, { type, optional, rest }) {
    const fields = name === 'options' && this.isLiteral(type) ? this.fieldsOf(type) : null
    const text = rest ? arrayOf(this.print(type)) : this.print(type, true)
    return { name: reserved.has(name) ? `${name}_` : name, type: text, optional, rest, fields }
  }

  /** Whether a type is an object that has no name. @param {ts.Type} type */
  isLiteral(type) {
    if (type.isUnion()) return false
    const { aliasSymbol, symbol, flags: kind } = type
    return (
      aliasSymbol === undefined &&
      (kind & ts.TypeFlags.Object) !== 0 &&
      (symbol?.flags & ts.SymbolFlags.TypeLiteral) !== 0
    )
  }

  /** @param {ts.Type} type @returns {Field[]} */
  fieldsOf(type) {
    return this.checker.getPropertiesOfType(type).map((property) => ({
      name: property.name,
      type: this.print(this.checker.getTypeOfSymbolAtLocation(property, this.file), false),
      optional: (property.flags & ts.SymbolFlags.Optional) !== 0,
      documented: false,
    }))
  }

  /** @param {ts.Type} type @param {boolean} withoutUndefined */
  print(type, withoutUndefined = false) {
    // What cannot be read would be any.
    if ((type.flags & ts.TypeFlags.Any) !== 0) throw new Error(`${this.file.fileName}: a type is any`)
    let node = this.checker.typeToTypeNode(type, this.file, flags)
    if (node === undefined) throw new Error(`no text for ${this.checker.typeToString(type)}`)
    if (withoutUndefined && ts.isUnionTypeNode(node)) {
      const types = node.types.filter(({ kind }) => kind !== ts.SyntaxKind.UndefinedKeyword)
      node = types.length === 1 ? types[0] : ts.factory.createUnionTypeNode(types)
    }
    return this.text(/** @type {ts.TypeNode} */ (node))
  }

  /** @param {ts.Node} node */
  text(node) {
    return this.relative(printer.printNode(ts.EmitHint.Unspecified, node, this.file).replaceAll(/\n\s*/g, ' '))
  }
}

/** Words that name no parameter. */
const reserved = new Set(['function', 'new', 'class', 'default', 'in', 'var'])

/**
 * Of a function whose parameters types know by name only: the call by position, and those with the rest by name, of which the
 * one after the first argument, or of a method the one without any, comes first.
 *
 * @param {readonly Call[]} calls
 * @param {0 | 1} self
 * @returns {Call[]}
 */
function byName(calls, self) {
  const [positional] = calls
  const fields = calls.find(({ args }) => args.length === 1 && args[0]?.name === 'options')?.args[0]?.fields
  if (positional === undefined || fields === undefined || fields === null) return [...calls]
  const args = positional.args.map((argument) => {
    const type = fields.find(({ name }) => name === argument.name)?.type.replace(/ \| undefined$/, '')
    return type === undefined ? argument : { ...argument, type }
  })
  const first = { ...positional, args }
  const named = first.args.map((_, i) => {
    const given = first.args.slice(0, i).map(required)
    const rest = fields.filter(({ name }) => !given.some((one) => one.name === name))
    return { ...first, args: [...given, { name: 'options', type: '', optional: false, rest: false, fields: rest }] }
  })
  const start = 1 - self
  return [first, ...named.slice(start, start + 1), ...named.slice(0, start), ...named.slice(start + 1)]
}

/** Arguments as a list of parameters can say them: what follows a list becomes part of it. @param {readonly Argument[]} args @returns {readonly Argument[]} */
function joined(args) {
  const at = args.findIndex(({ rest }) => rest)
  const list = args[at]
  if (list === undefined || at === args.length - 1) return args
  const tail = args.slice(at + 1).map(({ name, type, optional, fields }) => {
    const shown =
      fields === null
        ? type
        : `{ ${fields.map((one) => `readonly ${one.name}${one.optional ? '?' : ''}: ${one.type}`).join('; ')} }`
    return `, ${name}${optional ? '?' : ''}: ${shown}`
  })
  return [...args.slice(0, at), { ...list, type: `[...${list.name}: ${list.type}${tail.join('')}]` }]
}

/** Whether a list of other things than numbers may be written one after the other. @param {Parameter | undefined} parameter */
const isSpread = (parameter) => parameter !== undefined && spread.has(parameter.names[0] ?? '')
const spread = new Set(['tensors', 'operands', 'matrices', 'shapes', 'indices', 'modules'])

/** @param {Argument} argument @returns {Argument} */
const required = (argument) =>
  argument.optional ? { ...argument, optional: false, type: `${argument.type} | undefined` } : argument

/** @param {string} type */
const arrayOf = (type) => (/^[\w.]+$/.test(type) ? `${type}[]` : `(${type})[]`)
