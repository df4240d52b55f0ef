/// A remark on the whole run that fails nothing.
package struct Note: Equatable, Sendable {
  package enum Content: Equatable, Sendable {
    /// Some baselines are of another server major.
    case otherMajor(before: ServerMajor, now: ServerMajor, label: StateLabel)
    /// Baselines of an older format.
    case olderFormat(Int, label: StateLabel)
    case settings([SettingChange], label: StateLabel)
    /// Scans that read a whole table although an index could serve, as `orders_by_day: public.orders o`.
    case unjudgeable([String], of: Int)
    /// Tables that some case reads and that have no rows.
    case emptyRelations([RelationName])
    /// Cases that return no row.
    case emptyResults([String])
    /// Scans that were never executed, as `orders_by_day: public.lines l`.
    case neverExecuted([String])
    /// Relations that have far fewer rows than before.
    case shrunk([Shrunk], label: StateLabel)
    case expiredWaiver(Waiver, query: String)
    case unusedWaiver(Waiver, query: String)
    /// Cases that the manifest does not have any more.
    case goneCases([String?], query: String, label: StateLabel)
    /// Baselines whose query is gone.
    case orphans([String])
    /// Columns, indexes and statistics objects without statistics after a step, and the cases whose conditions name
    /// them.
    case lostStatistics([String], step: String, cases: [String])
    /// A number of distinct values that the project set, by the cases that name the column.
    case distinctOverride(StatisticsOverride, cases: [String])
    /// Statistics targets that the project set: of one column, or of all tables.
    case statisticsTarget([StatisticsOverride], cases: [String])
    /// Dead rows after a step, the cases that read the table, and those of them with an Index Only Scan.
    case deadRows(DeadRows, rows: Double, cases: [String], indexOnly: [String])
    /// A remark on how the database was made.
    case other(String)
  }

  package struct Shrunk: Equatable, Sendable {
    package let relation: RelationName
    package let before: Double
    package let now: Double
  }

  package var content: Content
  /// The line that it concerns, if there is one.
  package var place: Place?

  package init(_ content: Content, at place: Place? = nil) {
    self.content = content
    self.place = place
  }

  /// - Parameter text: what somebody else made a sentence of.
  package init(_ text: String, at place: Place? = nil) { self.init(.other(text), at: place) }
}

extension Note {
  /// One line, without a final full stop; of many names the first ones.
  package var text: String { text(names: 5) }

  /// The same with all names.
  package var fullText: String { text(names: .max) }

  private func text(names limit: Int) -> String {
    func list(_ names: [String]) -> String {
      // One that is left out would take as much room as its name.
      guard names.count > limit, names.count - limit > 1 else { return names.joined(separator: ", ") }
      return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more, shown with -v"
    }
    switch content {
    case .otherMajor(let before, let now, let label):
      let name = "PostgreSQL \(before)"
      return
        (label.description == name ? "compared with \(name)" : "\(label) is of \(name)")
        + ", the server is \(now): only seq-scan and row-estimate can fail, all other rules only warn"
    case .olderFormat(let count, let label):
      return
        "\(label) of \(count) \(count == 1 ? "query" : "queries") was recorded by an older plangate, and what it lacks is "
        + "not compared; plangate record writes it anew"
    case .settings(let changes, let label):
      return "planner settings differ from \(label), so costs are not compared: "
        + changes.map(\.text).joined(separator: ", ")
    case .unjudgeable(let names, let scans):
      return
        "\(names.count) of \(scans) scans read the whole table although an index could serve, because it is small or most "
        + "of it is wanted: a lost index would not show there; seed more, or set seq-scan: {require: indexable} "
        + "(\(list(names)))"
    case .emptyRelations(let relations):
      return "tables without rows, on which every plan is fast: \(list(relations.map(\.description)))"
    case .emptyResults(let cases):
      return "cases that return no row, so that their plans show little: \(list(cases))"
    case .neverExecuted(let scans):
      return "scans that never ran, of which nothing is judged: \(list(scans))"
    case .shrunk(let relations, let label):
      return "far fewer rows than in \(label), so the results are weak: "
        + relations.map {
          "\($0.relation) (\(Figures.grouped($0.before)) -> \(Figures.grouped($0.now)))"
        }.joined(separator: ", ")
    case .expiredWaiver(let waiver, let query):
      return Note.name(waiver, query) + (waiver.until.map { " ended on \($0)" } ?? " ended")
    case .unusedWaiver(let waiver, let query): return "\(Note.name(waiver, query)) matches nothing"
    case .goneCases(let names, let query, let label):
      return "\(label) of \(query) has cases that are gone from the manifest: "
        + names.map { $0 ?? "(without a name)" }.joined(separator: ", ")
    case .orphans(let queries):
      return "baselines whose query is gone (plangate record --prune removes them): \(queries.joined(separator: ", "))"
    case .lostStatistics(let objects, let step, let cases):
      return
        "\(list(objects)) \(objects.count == 1 ? "has" : "have") no statistics after \(step): production has none until "
        + "ANALYZE runs, which plangate does itself (\(list(cases)))"
    case .distinctOverride(let override, let cases):
      return
        "\(override.name) has \(override.kind.rawValue) = \(override.value): without it ANALYZE would count its values in "
        + "the whole table here and in a sample in production, so a lost override may not show here (\(list(cases)))"
    case .statisticsTarget(let overrides, let cases):
      let isDefault = overrides.first?.kind == .defaultTarget
      let subject = overrides.first.map { isDefault ? $0.kind.rawValue : $0.name } ?? ""
      let verb = isDefault ? "is" : "has a statistics target of"
      let tables = overrides.map { override in
        "\(Figures.grouped(override.sample)) of the \(Figures.grouped(override.rows)) rows of \(override.relation)"
      }
      return
        "\(subject) \(verb) \(overrides.first?.value ?? ""): ANALYZE in production reads a sample (here it would be "
        + "\(list(tables))), and plangate reads every row, so estimates may be better here (\(list(cases)))"
    case .deadRows(let dead, let rows, let cases, let indexOnly):
      return
        "\(dead.relation) has \(Figures.grouped(dead.count)) dead rows beside \(Figures.grouped(rows)) live ones after "
        + "\(dead.step): production reads them until VACUUM runs, which plangate does itself (\(list(cases)))"
        + (indexOnly.isEmpty ? "" : "; until then index-only scans visit the table (\(list(indexOnly)))")
    case .other(let text): return text
    }
  }

  private static func name(_ waiver: Waiver, _ query: String) -> String {
    "the waiver of \(waiver.rule) for \(query)\(waiver.relation.map { " (\($0))" } ?? "")"
  }
}

extension StatisticsOverride {
  /// `public.orders.customer_id`, or the table's name.
  fileprivate var name: String { column.map { "\(relation).\($0)" } ?? relation.description }
}
