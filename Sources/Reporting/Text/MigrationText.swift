import PlanCore

/// What a migration did beside the plans, in sentences.
extension MigrationReport {
  /// What its rules found, what it did, and what its way down does not bring back.
  package var sentences: [String] {
    let found = findings.flatMap { finding in
      ["\(finding.isFailing ? "" : "warning: ")\(finding.rule): \(finding.text)", "fix: \(finding.fix)"]
    }
    return found + facts.map(\.sentence) + downSentences
  }

  /// A sentence on what a migration did.
  struct Fact {
    let text: String
    /// The cases that this blocks.
    var blocked: [CaseID] = []

    /// With the names of the first cases.
    var sentence: String {
      if blocked.isEmpty { return text }
      let shown = blocked.prefix(MigrationReport.mostNames).map(\.description).joined(separator: ", ")
      let rest = blocked.count - MigrationReport.mostNames
      return "\(text): \(shown)\(rest > 0 ? " and \(rest) more" : "")"
    }
  }

  /// One for each lock that makes others wait, then what was rewritten and the WAL.
  var facts: [Fact] {
    var facts: [Fact] = []
    if let unobserved { facts.append(Fact(text: unobserved)) }
    for held in held {
      guard held.lock.mode.blocks(.rowExclusive), let effect = held.lock.mode.effect else { continue }
      let start = statements[held.since]
      var line = "\(held.lock.mode.rawValue) on \(held.lock.relation) from \(start.place) on: \(effect)"
      let work = work(while: held)
      if !work.isEmpty { line += "; while it is held: \(work)" }
      if !held.blocked.isEmpty { line += "; it blocks \(counted(held.blocked.count, "case"))" }
      facts.append(Fact(text: line, blocked: held.blocked))
      if start.lockTimeout == "0" {
        let wait = "while it waits for the lock, everybody else waits behind it"
        facts.append(Fact(text: "no lock_timeout is set at \(start.place): \(wait)"))
      }
    }
    for statement in statements where !statement.rewritten.isEmpty {
      let relations = statement.rewritten.map { relation in
        "\(relation)\(statement.reasonText(relation).map { " (\($0))" } ?? "")"
      }.joined(separator: ", ")
      facts.append(Fact(text: "\(statement.place) writes anew: \(relations)"))
    }
    facts += changes.map { Fact(text: $0) }
    let wal = statements.reduce(0.0) { $0 + $1.walBytes }
    let megabytes = (wal / MigrationReport.megabyte).rounded()
    if megabytes >= 1 { facts.append(Fact(text: "writes \(Figures.grouped(megabytes)) MB of WAL")) }
    return facts
  }

  private var downSentences: [String] {
    guard let downProblems else { return [] }
    if downProblems.isEmpty { return ["the way down brings everything back"] }
    let rest = downProblems.count - MigrationReport.mostNames
    return downProblems.prefix(MigrationReport.mostNames).map { "the way down does not bring back everything: \($0)" }
      + (rest > 0 ? ["… \(rest) more"] : [])
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

  /// The most names and problems that a sentence or a list has.
  private static let mostNames = 8
  private static let megabyte = 1_048_576.0
}

extension MigrationFinding {
  /// The message with the line of the statement.
  var text: String { (line > 0 ? "line \(line): " : "") + message }
}
