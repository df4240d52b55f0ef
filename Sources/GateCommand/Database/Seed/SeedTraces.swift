import JSON
import PlanCore

/// What steps of a seed did to tables that had rows before them, where plangate's own VACUUM and ANALYZE hide it.
///
/// A step that fills a table leaves no trace, whatever it does to it: a new table is vacuumed and analyzed once in
/// production too.
struct SeedTraces: Equatable, Sendable {
  /// Statistics that a step removed.
  struct Lost: Equatable, Sendable {
    let table: UInt32
    var relation: RelationName
    let kind: LostStatistics.Kind
    let name: String
    /// The place of the step in the seed, from 0: a cached state may have been made from files of other names.
    let step: Int
  }

  /// Dead rows that steps left.
  struct Dead: Equatable, Sendable {
    let table: UInt32
    var relation: RelationName
    var count: Double
    var step: Int
  }

  private(set) var lost: [Lost] = []
  private(set) var dead: [Dead] = []

  /// How many steps ran before plangate itself vacuumed and analyzed the database, which is no trace of theirs.
  private(set) var analyzedSteps = 0

  init() {}

  /// The same for the steps that follow once plangate has vacuumed and analyzed the database.
  func asAnalyzed(after steps: Int) -> SeedTraces {
    var traces = self
    traces.analyzedSteps = steps
    return traces
  }

  var isEmpty: Bool { lost.isEmpty && dead.isEmpty }

  /// Adds what a step did.
  mutating func add(step: Int, from before: SeedSnapshot, to now: SeedSnapshot) {
    addLost(step, before, now)
    if analyzedSteps > 0 {
      // The rest has no dead rows any more, and this step leaves none.
      dead.removeAll { now.tables[$0.table]?.file != before.tables[$0.table]?.file }
    } else {
      addDead(step, before, now)
    }
  }

  private mutating func addLost(_ step: Int, _ before: SeedSnapshot, _ now: SeedSnapshot) {
    // A table that is gone or empty, or a column that is gone, has nothing to be estimated.
    lost = lost.compactMap { item in
      guard let relation = now.owners[item.table] else { return nil }
      var item = item
      item.relation = relation
      let key = SeedSnapshot.Key(table: item.table, kind: item.kind, name: item.name)
      return now.objects[key] == nil ? nil : item
    }
    for (key, object) in now.objects {
      guard let old = before.objects[key], old != object, let relation = now.owners[key.table] else { continue }
      // A column of another name keeps its statistics.
      if key.kind == .column, before.hasColumn(object, of: key.table) { continue }
      lost.removeAll { $0.table == key.table && $0.kind == key.kind && $0.name == key.name }
      lost.append(Lost(table: key.table, relation: relation, kind: key.kind, name: key.name, step: step))
    }
    lost.sort { a, b in
      (a.step, a.relation, a.kind.rawValue, a.name) < (b.step, b.relation, b.kind.rawValue, b.name)
    }
  }

  private mutating func addDead(_ step: Int, _ before: SeedSnapshot, _ now: SeedSnapshot) {
    var counted: [Dead] = []
    for (table, state) in now.tables {
      // Another file is a rewritten table, without dead rows. After a VACUUM the counter is wrong: what its session had
      // deleted is added later.
      guard let old = before.tables[table], old.file == state.file, old.vacuums == state.vacuums, state.dead > 0 else {
        continue
      }
      var item =
        dead.first { $0.table == table }
        ?? Dead(table: table, relation: state.relation, count: 0, step: step)
      item.relation = state.relation
      item.count = min(item.count, state.dead)
      // Rows that the step itself brought died at birth.
      let fresh = min(state.dead - old.dead, old.rows)
      if fresh > 0 {
        item.count += fresh
        item.step = step
      }
      if item.count > 0 { counted.append(item) }
    }
    dead = counted.sorted { ($0.step, $0.relation) < ($1.step, $1.relation) }
  }

  /// Leaves out statistics that were gathered again, by their places in `lost`.
  mutating func removeLost(at places: Set<Int>) {
    lost = lost.enumerated().filter { !places.contains($0.offset) }.map(\.element)
  }

  /// The facts for the notes.
  ///
  /// - Parameter steps: those that left the traces.
  func masked(by steps: [SeedStep]) -> MaskedFacts {
    func name(_ step: Int) -> String { steps.indices.contains(step) ? steps[step].description : "step \(step + 1)" }
    var masked = MaskedFacts()
    masked.lostStatistics = lost.map {
      LostStatistics(relation: $0.relation, kind: $0.kind, name: $0.name, step: name($0.step))
    }
    masked.deadRows = dead.map { DeadRows(relation: $0.relation, count: $0.count, step: name($0.step)) }
    return masked
  }
}

// MARK: In the cache

extension SeedTraces {
  var json: JSON {
    func row(_ table: UInt32, _ relation: RelationName, _ step: Int, _ rest: [JSON]) -> JSON {
      .array(
        [.number(Double(table)), .string(relation.schema), .string(relation.name), .number(Double(step))] + rest)
    }
    return .object([
      JSONMember(
        "lost",
        .array(lost.map { row($0.table, $0.relation, $0.step, [.string($0.kind.rawValue), .string($0.name)]) })),
      JSONMember("dead", .array(dead.map { row($0.table, $0.relation, $0.step, [.number($0.count)]) })),
    ])
  }

  /// Nil for anything but what `json` gives.
  init?(_ json: JSON) {
    guard case .array(let lost)? = json["lost"], case .array(let dead)? = json["dead"] else { return nil }
    typealias Row = (table: UInt32, relation: RelationName, step: Int, rest: ArraySlice<JSON>)
    func row(_ json: JSON) -> Row? {
      guard case .array(let values) = json, values.count > 4,
        let table = values[0].numberValue.flatMap({ UInt32(exactly: $0) }), let schema = values[1].stringValue,
        let name = values[2].stringValue, let step = values[3].numberValue.flatMap({ Int(exactly: $0) })
      else { return nil }
      return (table, RelationName(schema: schema, name: name), step, values[4...])
    }
    for item in lost {
      guard let (table, relation, step, rest) = row(item), rest.count == 2,
        let kind = rest[4].stringValue.flatMap(LostStatistics.Kind.init(rawValue:)), let name = rest[5].stringValue
      else { return nil }
      self.lost.append(Lost(table: table, relation: relation, kind: kind, name: name, step: step))
    }
    for item in dead {
      guard let (table, relation, step, rest) = row(item), rest.count == 1, let count = rest[4].numberValue else {
        return nil
      }
      self.dead.append(Dead(table: table, relation: relation, count: count, step: step))
    }
  }
}

extension StatisticsOverride {
  var json: JSON {
    .array([
      .string(relation.schema), .string(relation.name), column.map(JSON.string) ?? .null, .string(kind.rawValue),
      .string(value), .number(sample), .number(rows),
    ])
  }

  /// Nil for anything but what `json` gives.
  init?(_ json: JSON) {
    guard case .array(let values) = json, values.count == 7, let schema = values[0].stringValue,
      let name = values[1].stringValue, values[2] == .null || values[2].stringValue != nil,
      let kind = values[3].stringValue.flatMap(Kind.init(rawValue:)), let value = values[4].stringValue,
      let sample = values[5].numberValue, let rows = values[6].numberValue
    else { return nil }
    self.init(
      relation: RelationName(schema: schema, name: name), column: values[2].stringValue, kind: kind, value: value,
      sample: sample, rows: rows)
  }
}
