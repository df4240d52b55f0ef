import JSON
import PlanCore

/// Where a parameter of a statement is used, as far as it tells which values make sense.
struct ParameterUse: Equatable, Sendable {
  /// The kinds, the most telling first.
  enum Kind: Int, Comparable, Sendable {
    /// `column = $1`, `column <> $1`.
    case equal
    /// `column = ANY ($1)`, `column IN ($1)`.
    case anyOf
    /// `column LIKE $1`; or with a part of the pattern.
    case pattern, partOfPattern
    /// `column @> $1`, `column && $1`: a part of an array or a document.
    case contained
    /// `column @@ to_tsquery($1)`.
    case search
    /// `column >= $1`, `column > $1`; `column <= $1`, `column < $1`.
    case lower, upper
    /// `INSERT INTO t (column) VALUES ($1)`, `SET column = $1`.
    case inserted, updated
    case limit, offset

    static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  let kind: Kind
  /// The relation that is read or written; nil for a limit.
  var relation: RelationName?
  /// The alias under which the expression names it.
  var alias = ""
  /// SQL that gives the values that the parameter is compared with, or the name of the column that is written.
  var expression = ""
}

extension ParameterUse {
  /// Whether it compares rows with the parameter.
  var isRead: Bool { ![.inserted, .updated, .limit, .offset].contains(kind) }
}

/// Finds the uses of a statement's parameters, in the conditions of its plan and in its own text.
struct ParameterUses {
  /// The relations of the plan, by the aliases that EXPLAIN gives them.
  private(set) var aliases: [String: RelationName] = [:]
  private var uses: [Int: [ParameterUse]] = [:]
  private let columns: (RelationName) -> [String]
  /// The numbers that `$n` of a condition has for the result of a subplan, before PostgreSQL 17.
  private var ofSubplans: Set<Int> = []
  /// The relations that the statement writes to.
  private var targets: [RelationName] = []

  /// - Parameter columns: the names of a relation's columns, in its order.
  init(_ plan: Plan?, _ sql: String, columns: @escaping (RelationName) -> [String]) {
    self.columns = columns
    plan?.root.forEachNode { node, _ in
      if let alias = node.alias, let relation = node.relation { aliases[alias] = aliases[alias] ?? relation }
      if node.nodeType == "ModifyTable", let relation = node.relation { targets.append(relation) }
      if let name = node.subplanName, let list = name.split(separator: "(").last, name.contains("returns $") {
        ofSubplans.formUnion(list.split { !$0.isNumber }.compactMap { Int($0) })
      }
    }
    plan?.root.forEachNode { node, _ in
      for property in node.properties where ExplainKey.role(of: property.key) == .condition {
        if let text = property.value.stringValue { readCondition(text) }
      }
    }
    let tree = SQLTree(sql)
    readStatement(tree.items, tree)
  }

  /// The most telling use of a parameter.
  subscript(number: Int) -> ParameterUse? {
    uses[number]?.enumerated().min { ($0.element.kind, $0.offset) < ($1.element.kind, $1.offset) }?.element
  }

  private mutating func add(_ use: ParameterUse, _ numbers: some Sequence<Int>) {
    for number in numbers { uses[number, default: []].append(use) }
  }

  // MARK: Conditions of the plan

  private mutating func readCondition(_ text: String) {
    let tree = SQLTree(text)
    let side = SQLSide(tree: tree, columnOf: planColumn)
    for (number, use) in side.uses(in: tree.items[...]) where !ofSubplans.contains(number) { add(use, [number]) }
  }

  /// The relation of `alias.column`, as EXPLAIN prints columns.
  private var planColumn: (ArraySlice<SQLTree.Item>) -> SQLSide.Column? {
    let aliases = aliases
    return { items in
      guard items.count >= 3, let alias = items.first?.identifier, items[items.startIndex + 1].isSymbol("."),
        let column = items[items.startIndex + 2].identifier, let relation = aliases[alias]
      else { return nil }
      if items.count > 3, case .group(_, isBracket: false, _) = items[items.startIndex + 3] { return nil }
      return SQLSide.Column(relation: relation, alias: alias, name: column, isWhole: true)
    }
  }

  // MARK: The statement

  private mutating func readStatement(_ items: [SQLTree.Item], _ tree: SQLTree) {
    for item in items where !item.items.isEmpty { readStatement(item.items, tree) }
    let target = readInsert(items) ?? targets.first
    let side = SQLSide(tree: tree, columnOf: statementColumn)
    for clause in SQLClause.clauses(of: items) {
      switch clause.keyword {
      case "limit", "fetch": add(ParameterUse(kind: .limit), clause.items.parameters)
      case "offset": add(ParameterUse(kind: .offset), clause.items.parameters)
      case "set":
        for part in Array(clause.items).parts {
          guard let column = part.first?.identifier, part.dropFirst().first?.isSymbol("=") == true, let target else {
            continue
          }
          add(ParameterUse(kind: .updated, relation: target, expression: column), part.parameters)
        }
      default: for (number, use) in side.uses(in: clause.items) { add(use, [number]) }
      }
    }
  }

  /// Reads `INSERT INTO t (…) VALUES (…)`, or with a SELECT.
  ///
  /// - Returns: the table.
  private mutating func readInsert(_ items: [SQLTree.Item]) -> RelationName? {
    let isInto = { (at: Int) in at > 0 && items[at].isWord("into") && items[at - 1].isWord("insert") }
    guard let into = items.indices.first(where: isInto) else { return nil }
    var at = into + 1
    var name = items[safe: at]?.identifier
    at += 1
    while items[safe: at]?.isSymbol(".") == true {
      name = items[safe: at + 1]?.identifier
      at += 2
    }
    guard let name, let table = targets.first(where: { $0.name == name }) else { return nil }
    if items[safe: at]?.isWord("as") == true { at += 2 }
    var names = columns(table)
    if case .group(let list, isBracket: false, _)? = items[safe: at] {
      names = list.parts.compactMap { $0.first?.identifier }
      at += 1
    }
    let rest = items[min(at, items.count)...]
    func note(_ parts: [ArraySlice<SQLTree.Item>]) {
      for (column, part) in zip(names, parts) {
        add(ParameterUse(kind: .inserted, relation: table, expression: column), part.parameters)
      }
    }
    if let values = rest.firstIndex(where: { $0.isWord("values") }) {
      for row in rest[(values + 1)...].prefix(while: { !$0.isWord("on", "returning") }) { note(row.items.parts) }
    } else if let select = rest.firstIndex(where: { $0.isWord("select") }) {
      note(Array(rest[(select + 1)...].prefix { !$0.isWord("from", "where", "on", "returning") }).parts)
    }
    return table
  }

  /// The column of a name in the statement, if only one relation has it.
  private var statementColumn: (ArraySlice<SQLTree.Item>) -> SQLSide.Column? {
    let relations = Array(Set(aliases.values)).sorted()
    let (aliases, columns) = (aliases, columns)
    return { items in
      guard let first = items.first?.identifier else { return nil }
      let isQualified = items.count >= 3 && items[items.startIndex + 1].isSymbol(".")
      let name = isQualified ? items[items.startIndex + 2].identifier ?? "" : first
      let next = items.dropFirst(isQualified ? 3 : 1).first
      if case .group(_, isBracket: false, _)? = next { return nil }
      let named = isQualified ? relations.filter { $0.name == first } + [aliases[first]].compactMap(\.self) : relations
      let owners = named.filter { columns($0).contains(name) }
      guard let owner = owners.first, Set(owners).count == 1 else { return nil }
      return SQLSide.Column(relation: owner, alias: owner.name, name: name, isWhole: false)
    }
  }
}

extension Array {
  subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
