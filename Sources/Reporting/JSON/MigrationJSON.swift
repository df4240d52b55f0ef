import JSON
import PlanCore

extension MigrationReport {
  var json: JSON {
    func counts(_ rows: [RelationName: Double]) -> JSON {
      .array(
        rows.sorted { $0.key < $1.key }.map { name, count in
          .object(MigrationReport.members(name) + [JSONMember("rows", .number(count))])
        })
    }
    return .object([
      JSONMember("file", .string(file)), JSONMember("unobserved", JSON(unobserved)),
      JSONMember(
        "findings",
        .array(
          findings.map { finding in
            .object(
              [
                JSONMember("rule", .string(finding.rule)), JSONMember("severity", .string(finding.severity.rawValue)),
                JSONMember("line", JSON(finding.line)),
              ] + MigrationReport.members(finding.relation) + [
                JSONMember("message", .string(finding.message)), JSONMember("fix", .string(finding.fix)),
              ])
          })),
      JSONMember("rows", counts(rows)),
      JSONMember("downProblems", downProblems.map { .array($0.map(JSON.string)) } ?? .null),
      JSONMember(
        "statements",
        .array(
          statements.map { statement in
            .object([
              JSONMember("text", .string(statement.text)), JSONMember("line", JSON(statement.line)),
              JSONMember("lockTimeout", .string(statement.lockTimeout)),
              JSONMember("walBytes", .number(statement.walBytes)),
              JSONMember("locks", .array(statement.locks.map { .object(MigrationReport.members($0)) })),
              JSONMember(
                "rewritten",
                .array(
                  statement.rewritten.map { relation in
                    .object(
                      MigrationReport.members(relation) + [
                        JSONMember("reasons", .array((statement.rewriteReasons[relation] ?? []).map(\.json)))
                      ])
                  })),
              JSONMember("rowsRead", counts(statement.rowsRead)),
              JSONMember("rowsWritten", counts(statement.rowsWritten)),
              JSONMember("rowsChanged", counts(statement.rowsChanged)),
            ])
          })),
      JSONMember(
        "locks",
        .array(
          held.map { held in
            .object(
              MigrationReport.members(held.lock) + [
                JSONMember("since", JSON(held.since)), JSONMember("until", JSON(held.until)),
                JSONMember(
                  "blockedCases",
                  .array(
                    held.blocked.map {
                      .object([JSONMember("query", .string($0.query)), JSONMember("case", JSON($0.name))])
                    })),
              ])
          })),
    ])
  }

  private static func members(_ name: RelationName) -> [JSONMember] {
    [JSONMember("schema", .string(name.schema)), JSONMember("relation", .string(name.name))]
  }

  private static func members(_ lock: RelationLock) -> [JSONMember] {
    members(lock.relation) + [JSONMember("mode", .string(lock.mode.rawValue))]
  }

  init(_ fields: JSONFields) throws(ReportError) {
    func name(_ fields: JSONFields) throws(ReportError) -> RelationName {
      RelationName(schema: try fields.text("schema"), name: try fields.text("relation"))
    }
    func lock(_ fields: JSONFields) throws(ReportError) -> RelationLock {
      RelationLock(try name(fields), try fields.word("mode"))
    }
    func counts(_ fields: JSONFields, _ key: String) throws(ReportError) -> [RelationName: Double] {
      var rows: [RelationName: Double] = [:]
      for item in try fields.objects(key) { rows[try name(item)] = try item.number("rows") }
      return rows
    }
    self.init(file: try fields.text("file"))
    unobserved = try fields.optionalText("unobserved")
    if try fields.value("downProblems") != .null { downProblems = try fields.textList("downProblems") }
    rows = try counts(fields, "rows")
    for item in try fields.objects("findings") {
      findings.append(
        MigrationFinding(
          rule: try item.text("rule"), severity: try item.word("severity"), relation: try name(item),
          line: try item.integer("line"), message: try item.text("message"), fix: try item.text("fix")))
    }
    for item in try fields.objects("statements") {
      var statement = Statement(text: try item.text("text"), line: try item.integer("line"))
      statement.lockTimeout = try item.text("lockTimeout")
      statement.walBytes = try item.number("walBytes")
      for item in try item.objects("locks") { statement.locks.append(try lock(item)) }
      for item in try item.objects("rewritten") {
        let relation = try name(item)
        statement.rewritten.append(relation)
        var reasons: [RewriteReason] = []
        for item in try item.objects("reasons") { reasons.append(try RewriteReason(item)) }
        if !reasons.isEmpty { statement.rewriteReasons[relation] = reasons }
      }
      statement.rowsRead = try counts(item, "rowsRead")
      statement.rowsWritten = try counts(item, "rowsWritten")
      statement.rowsChanged = try counts(item, "rowsChanged")
      statements.append(statement)
    }
    for item in try fields.objects("locks") {
      let (since, until) = (try item.integer("since"), try item.integer("until"))
      guard since >= 0, since <= until, until < statements.count else {
        throw item.wrong("since", "the position of a statement up to 'until'")
      }
      var blocked: [CaseID] = []
      for item in try item.objects("blockedCases") {
        blocked.append(CaseID(try item.text("query"), try item.optionalText("case")))
      }
      held.append(HeldLock(lock: try lock(item), since: since, until: until, blocked: blocked))
    }
  }
}

extension RewriteReason {
  fileprivate var json: JSON {
    .object([
      JSONMember("kind", .string(kind.rawValue)), JSONMember("column", JSON(column)),
      JSONMember("before", JSON(before)), JSONMember("now", JSON(now)),
    ])
  }

  fileprivate init(_ fields: JSONFields) throws(ReportError) {
    self.init(
      try fields.word("kind"), column: try fields.optionalText("column"), before: try fields.optionalText("before"),
      now: try fields.optionalText("now"))
  }
}
