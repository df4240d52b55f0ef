/// The notes on what production shows and plangate's own VACUUM and ANALYZE hide, for the cases that it concerns.
///
/// - Parameters:
///   - cases: each with its name.
///   - masked: of the state that they were planned in.
package func productionNotes(_ cases: [(name: String, plan: Observation)], _ masked: MaskedFacts) -> [Note] {
  // Nearly every run: nothing is hidden, and no condition has to be read.
  if masked == MaskedFacts() { return [] }
  let read = cases.map { ConcernedCase(name: $0.name, facts: $0.plan.facts, columns: NamedColumns($0.plan)) }
  return lostStatisticsNotes(read, masked.lostStatistics) + overrideNotes(read, masked.overrides)
    + deadRowsNotes(read, masked.deadRows)
}

/// The rows that a table needs for its missing statistics to matter.
private let fewestRowsOfStatistics = 100.0

/// The fewest dead rows that matter, and their least share of all versions of rows.
private let (fewestDeadRows, leastDeadShare) = (1000.0, 0.2)

/// A case, with what its plans name.
private struct ConcernedCase {
  let name: String
  let facts: CatalogFacts
  let columns: NamedColumns

  func names(_ column: String, of relation: RelationName) -> Bool { columns.names[relation]?.contains(column) ?? false }

  func names(_ lost: LostStatistics) -> Bool {
    guard let named = columns.names[lost.relation], let relation = facts[lost.relation] else { return false }
    switch lost.kind {
    case .column: return named.contains(lost.name)
    case .index:
      guard let index = relation.index(named: lost.name) else { return false }
      return index.expressions.contains { expression in
        expression.allSatisfy { named.contains($0) }
      }
    case .extended:
      guard let object = relation.statistics.first(where: { $0.name == lost.name }) else { return false }
      let words = Set(dottedNames(in: object.definition).map(\.name))
      let columns = facts.columns(of: lost.relation).map(\.name).filter(words.contains)
      // What they add to the columns' own shows where two of them meet.
      return !columns.isEmpty && columns.count(where: named.contains) >= min(2, columns.count)
    }
  }
}

private func lostStatisticsNotes(_ cases: [ConcernedCase], _ lost: [LostStatistics]) -> [Note] {
  var steps: [String] = []
  for item in lost where !steps.contains(item.step) { steps.append(item.step) }
  return steps.compactMap { step in
    var (objects, names) = ([String](), Set<String>())
    for item in lost where item.step == step {
      let concerned = cases.filter { current in
        current.facts.rowsBelow(item.relation) >= fewestRowsOfStatistics && current.names(item)
      }
      if concerned.isEmpty { continue }
      objects.append(item.description)
      names.formUnion(concerned.map(\.name))
    }
    if objects.isEmpty { return nil }
    return Note(.lostStatistics(objects, step: step, cases: cases.map(\.name).filter(names.contains)))
  }
}

private func overrideNotes(_ cases: [ConcernedCase], _ overrides: [StatisticsOverride]) -> [Note] {
  var notes: [Note] = []
  var (defaults, defaultCases) = ([StatisticsOverride](), Set<String>())
  // Partitions have the targets of their root, which stands for them.
  var told: Set<[String]> = []
  for override in overrides {
    let concerned = cases.filter { current in
      guard let column = override.column else { return !(current.columns.names[override.relation] ?? []).isEmpty }
      return current.names(column, of: override.relation)
    }
    guard let first = concerned.first else { continue }
    let roots = overrides.filter { $0.kind == override.kind && $0.column == override.column }.map(\.relation)
    if let root = first.facts.root(of: override.relation), roots.contains(root) { continue }
    guard told.insert([override.relation.description, override.column ?? "", override.kind.rawValue]).inserted else {
      continue
    }
    switch override.kind {
    case .distinct, .inheritedDistinct:
      notes.append(Note(.distinctOverride(override, cases: concerned.map(\.name))))
    case .target: notes.append(Note(.statisticsTarget([override], cases: concerned.map(\.name))))
    case .defaultTarget:
      defaults.append(override)
      defaultCases.formUnion(concerned.map(\.name))
    }
  }
  if !defaults.isEmpty {
    let names = cases.map(\.name).filter(defaultCases.contains)
    notes.append(Note(.statisticsTarget(defaults, cases: names)))
  }
  return notes
}

private func deadRowsNotes(_ cases: [ConcernedCase], _ dead: [DeadRows]) -> [Note] {
  dead.compactMap { item in
    let concerned = cases.filter { $0.columns.relations.contains(item.relation) }
    guard let rows = concerned.first?.facts[item.relation]?.rows, item.count >= fewestDeadRows,
      item.count >= (rows + item.count) * leastDeadShare
    else { return nil }
    let indexOnly = concerned.filter { $0.columns.readByIndexOnly.contains(item.relation) }
    return Note(.deadRows(item, rows: rows, cases: concerned.map(\.name), indexOnly: indexOnly.map(\.name)))
  }
}

extension LostStatistics {
  /// `public.orders.city`, `the expression of index orders_lower_idx`, `statistics orders_place`.
  fileprivate var description: String {
    switch kind {
    case .column: "\(relation).\(name)"
    case .index: "the expression of index \(name) of \(relation)"
    case .extended: "the statistics object \(name) of \(relation)"
    }
  }
}

extension IndexFacts {
  /// The names in each of its expressions, of functions and of columns.
  fileprivate var expressions: [[String]] {
    let bytes = Array(definition.utf8)
    guard let start = bytes.firstIndex(of: UInt8(ascii: "(")) else { return [] }
    var (keys, key, depth) = ([[UInt8]](), [UInt8](), 0)
    var quote: UInt8?
    for byte in bytes[(start + 1)...] {
      if let open = quote {
        if byte == open { quote = nil }
      } else {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
        case UInt8(ascii: "("): depth += 1
        case UInt8(ascii: ")"): depth -= 1
        case UInt8(ascii: ",") where depth == 0:
          keys.append(key)
          key = []
          continue
        default: break
        }
      }
      if depth < 0 { break }
      key.append(byte)
    }
    keys.append(key)
    return keys.compactMap { key in
      // After the last bracket stand the operator class and the order.
      guard let first = key.firstIndex(of: UInt8(ascii: "(")), let last = key.lastIndex(of: UInt8(ascii: ")")) else {
        return nil
      }
      let function = key[..<first].split(separator: UInt8(ascii: " ")).last.map(Array.init) ?? []
      let text = String(decoding: function + Array(key[first...last]), as: UTF8.self)
      return namesInCondition(text, withTypes: false)
    }
  }
}
