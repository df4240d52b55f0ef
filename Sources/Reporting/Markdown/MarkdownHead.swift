import PlanCore

/// The head of a Markdown report, about the whole run.
struct MarkdownHead {
  let outcome: RunOutcome
  /// The most bytes that its error and its notes may take.
  let limit: Int

  var lines: [String] {
    let shard = outcome.shard.map { " shard \($0.index) of \($0.count)" } ?? ""
    var lines = [MarkdownText.comment("plangate " + outcome.manifestFile + shard), ""]
    lines += ["### \(outcome.result == .passed ? "✅" : "❌") plangate: \(outcome.headline)", ""]
    let server = outcome.server.map { _ in ", PostgreSQL \(MarkdownText.code(outcome.serverText))" } ?? ""
    let part = outcome.shard.map { ", shard \($0.index) of \($0.count)" } ?? ""
    lines.append(
      "plangate \(MarkdownText.code(outcome.plangateVersion))\(server), \(MarkdownText.code(outcome.manifestFile))"
        + "\(part)\(outcome.isStrict ? ", strict" : "")"
        + (outcome.before == .baseline ? "" : ", compared with \(MarkdownText.code(outcome.before.description))"))
    lines.append("")
    lines += lostIndexes
    var room = limit
    func take(_ line: String) -> Bool {
      room -= line.utf8.count + 1
      return room >= 0
    }
    if let error = outcome.error {
      let text = error.visibleLines.map { $0.limited(to: 300) }
      lines += ["The run ended early:", ""] + MarkdownText.block(Array(text.prefix(40).prefix(while: take))) + [""]
    }
    let notes = outcome.notes.prefix(10).map { "- Note: \(MarkdownText.code($0.text, limit: 500))" }.prefix(while: take)
    let more = outcome.notes.count - notes.count
    if more > 0 { return lines + notes + ["- \(counted(more, "more note"))", ""] }
    return lines + notes + (notes.isEmpty ? [] : [""]) + migrations
  }

  /// What each migration did beside the plans.
  private var migrations: [String] {
    let blocks = outcome.migrations.map { migration -> [String] in
      let sentences = migration.sentences
      let head = "**Migration** \(MarkdownText.code(migration.file, limit: 200))"
      if sentences.isEmpty { return [head + " blocks no reads or writes.", ""] }
      return [head, ""] + sentences.map { "- \(MarkdownText.code($0, limit: 500))" } + [""]
    }
    var room = limit
    let shown = blocks.prefix { block in
      room -= block.reduce(0) { $0 + $1.utf8.count + 1 }
      return room >= 0
    }
    let more = blocks.count - shown.count
    return shown.flatMap(\.self) + (more > 0 ? [counted(more, "more migration") + ".", ""] : [])
  }

  /// The lost indexes, the most important fact for a reader who opens no block.
  private var lostIndexes: [String] {
    var statements: [String] = []
    // A case that only changed may be the first to lose one.
    for item in outcome.failingCases + outcome.otherCases.filter({ $0.verdict == .changed }) {
      for statement in item.comparison?.lostIndexStatements.prefix(5) ?? [] where !statements.contains(statement) {
        statements.append(statement)
      }
    }
    if statements.isEmpty { return [] }
    let shown = statements.prefix(5).map { $0.visible.limited(to: 500) }
    let more = statements.count > shown.count ? ["-- and \(statements.count - shown.count) more"] : []
    let title = statements.count == 1 ? "An index is gone:" : "Indexes are gone:"
    return [title, ""] + MarkdownText.block(shown + more, language: "sql") + [""]
  }

  /// The command that accepts everything that can be accepted.
  var accept: [String] {
    guard outcome.failingCases.count > 1, let command = RecordCommand.text(outcome) else { return [] }
    if command.utf8.count <= 2000 {
      return ["If all changes are intended, accept them:", ""] + MarkdownText.block([command], language: "sh") + [""]
    }
    return ["If all changes are intended, accept them with `plangate record`.", ""]
  }
}

extension RunOutcome {
  /// The counts, such as `2 cases regressed, 1 new, 9 passed, 1 migration breaks a rule`.
  var headline: String {
    let order: [Verdict] = [.regressed, .unchecked, .new, .changed, .improved, .passed]
    let counts = order.map { ($0, count($0)) }.filter { $0.1 > 0 }
    var texts = counts.enumerated().map { index, item in
      (index == 0 ? counted(item.1, "case") : String(item.1)) + " " + item.0.rawValue
    }
    texts += failedMigrations.map { [$0] } ?? []
    if error != nil { return (["could not check"] + texts).joined(separator: ", ") }
    return texts.isEmpty ? "no case was selected" : texts.joined(separator: ", ")
  }

  /// `1 migration breaks a rule`; nil if none does.
  var failedMigrations: String? {
    let count = migrations.count(where: \.isFailed)
    return count == 0 ? nil : "\(counted(count, "migration")) break\(count == 1 ? "s" : "") a rule"
  }
}
