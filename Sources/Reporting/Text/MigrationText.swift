import PlanCore

/// What a migration did beside the plans, in sentences.
extension MigrationReport {
  /// One line for each lock that makes others wait, then what was rewritten and the WAL.
  package var sentences: [String] {
    var lines = findings.flatMap { finding in
      [
        "\(finding.isFailing ? "" : "warning: ")\(finding.rule): "
          + (finding.line > 0 ? "line \(finding.line): " : "") + finding.message,
        "fix: \(finding.fix)",
      ]
    }
    if let unobserved { lines.append(unobserved) }
    for held in held {
      guard held.lock.mode.blocks(.rowExclusive), let effect = held.lock.mode.effect else { continue }
      let start = statements[held.since]
      var line = "\(held.lock.mode.rawValue) on \(held.lock.relation) from \(start.place) on: \(effect)"
      let work = work(while: held)
      if !work.isEmpty { line += "; while it is held: \(work)" }
      if !held.blocked.isEmpty { line += "; \(MigrationReport.names(held.blocked))" }
      lines.append(line)
      if start.lockTimeout == "0" {
        lines.append(
          "no lock_timeout is set at \(start.place): while it waits for the lock, everybody else waits behind it")
      }
    }
    for statement in statements where !statement.rewritten.isEmpty {
      let relations = statement.rewritten.map(\.description).joined(separator: ", ")
      lines.append("\(statement.place) writes anew: \(relations)")
    }
    lines += changes
    if let downProblems {
      if downProblems.isEmpty { lines.append("the way down brings everything back") }
      for problem in downProblems.prefix(MigrationReport.mostNames) {
        lines.append("the way down does not bring back everything: \(problem)")
      }
      let rest = downProblems.count - MigrationReport.mostNames
      if rest > 0 { lines.append("… \(rest) more") }
    }
    let wal = statements.reduce(0.0) { $0 + $1.walBytes }
    let megabytes = (wal / MigrationReport.megabyte).rounded()
    if megabytes >= 1 { lines.append("writes \(Figures.grouped(megabytes)) MB of WAL") }
    return lines
  }

  /// One line for each table with rows that other writers wait for, though no lock on the table makes them wait.
  private var changes: [String] {
    statements.enumerated().flatMap { position, statement in
      statement.rowsChanged.sorted { $0.key < $1.key }.filter { table, _ in
        !held.contains { held in
          held.lock.relation == table && held.lock.mode.blocks(.rowExclusive)
            && (held.since...held.until).contains(position)
        }
      }.map { table, rows in
        "\(statement.place) updates or deletes \(Figures.grouped(rows)) row\(rows == 1 ? "" : "s") of \(table): other writers of them wait until its "
          + "transaction ends"
      }
    }
  }

  /// The rows that are read and written while a lock is held.
  private func work(while held: HeldLock) -> String {
    let during = statements[held.since...held.until]
    let read = during.reduce(0.0) { $0 + $1.rowsRead.values.reduce(0, +) }
    let written = during.reduce(0.0) { $0 + $1.rowsWritten.values.reduce(0, +) }
    return [(read, "read"), (written, "written")].filter { $0.0 > 0 }
      .map { "\(Figures.grouped($0.0)) rows \($0.1)" }.joined(separator: ", ")
  }

  /// `it blocks 3 cases: a, b, c`.
  private static func names(_ cases: [CaseID]) -> String {
    let shown = cases.prefix(mostNames).map(\.description).joined(separator: ", ")
    let rest = cases.count > mostNames ? " and \(cases.count - mostNames) more" : ""
    return "it blocks \(cases.count) case\(cases.count == 1 ? "" : "s"): \(shown)\(rest)"
  }

  private static let mostNames = 8
  private static let megabyte = 1_048_576.0
}
