import JSON
package import PlanCore

/// The report for programs.
///
/// `RunOutcome(jsonReport:)` reads it back without loss.
///
/// The keys in docs/reports.md are stable; more may be added.
package enum JSONReport {
  /// The version of the format, increased when older reports can no longer be read.
  package static let formatVersion = 1

  /// A whole document, ending with a line feed.
  package static func text(_ outcome: RunOutcome) -> String {
    var output = "{"
    // Written case by case: the tree of a whole report would take far more memory than its text.
    func add(_ key: String, _ value: JSON) {
      output += (output.utf8.count == 1 ? "" : ",") + "\n  \(JSON.quoted(key)): "
      value.write(to: &output, depth: 1, oneLineKeys: [])
    }
    func add(_ key: String, count: Int, _ element: (Int, inout String) -> Void) {
      output += ",\n  \(JSON.quoted(key)): ["
      for index in 0..<count {
        output += index == 0 ? "\n    " : ",\n    "
        element(index, &output)
      }
      output += count == 0 ? "]" : "\n  ]"
    }

    for member in head(outcome) { add(member.key, member.value) }
    var table = RelationTable()
    add("cases", count: outcome.cases.count) { index, output in
      CaseJSON.json(outcome.cases[index], in: outcome, &table)
        .write(to: &output, depth: 2, oneLineKeys: CaseJSON.oneLineKeys)
    }
    add("relations", count: table.rows.count) { index, output in output += table.rows[index].text }
    return output + "\n}\n"
  }

  private static func head(_ outcome: RunOutcome) -> [JSONMember] {
    let order: [Verdict] = [.passed, .regressed, .improved, .changed, .new, .unchecked]
    return [
      JSONMember("plangate", .string(outcome.plangateVersion)),
      JSONMember("format", .number(Double(formatVersion))),
      JSONMember("outcome", .string(outcome.result.rawValue)),
      JSONMember("server", JSON(outcome.server)),
      JSONMember("serverAddress", JSON(outcome.serverAddress)),
      JSONMember("before", .string(outcome.before.description)),
      JSONMember("manifest", .string(outcome.manifest)),
      JSONMember("manifestInRepository", JSON(outcome.manifestInRepository)),
      JSONMember(
        "shard",
        outcome.shard.map { shard in
          .object([
            JSONMember("index", .number(Double(shard.index))), JSONMember("count", .number(Double(shard.count))),
          ])
        } ?? .null),
      JSONMember(
        "selection",
        outcome.selection.map { selection in
          .object([
            JSONMember("cases", .number(Double(selection.caseCount))),
            JSONMember("fingerprint", .string(selection.fingerprint)),
          ])
        } ?? .null),
      JSONMember("strict", .bool(outcome.isStrict)),
      JSONMember("seconds", .number(outcome.duration.inSeconds)),
      JSONMember("error", JSON(outcome.error)),
      JSONMember("errorPlace", place(outcome.errorPlace)),
      JSONMember("migrations", .array(outcome.migrations.map(\.json))),
      JSONMember("notes", .array(outcome.notes.map { .string($0.text) })),
      JSONMember("notePlaces", .array(outcome.notes.map { place($0.place) })),
      JSONMember("recordCommand", JSON(RecordCommand.text(outcome))),
      JSONMember(
        "counts", .object(order.map { JSONMember($0.rawValue, .number(Double(outcome.count($0)))) })),
    ]
  }
}

extension JSONReport {
  private static func place(_ place: Place?) -> JSON {
    guard let place else { return .null }
    return .object([JSONMember("file", .string(place.file)), JSONMember("line", JSON(place.line))])
  }
}

extension JSON {
  init(_ text: String?) { self = text.map(JSON.string) ?? .null }

  init(_ number: Double?) { self = number.map(JSON.number) ?? .null }

  init(_ number: Int?) { self.init(number.map(Double.init)) }
}
