package import PlanCore

/// The annotations of GitHub Actions on the lines of a pull request, as workflow commands for the step to print, one
/// per line.
package enum GitHubAnnotations {
  /// The number of errors, and of warnings, that GitHub shows per step.
  package static let limit = 10

  /// The commands, each ending with a line feed: first failures, on the lines of the queries, then warnings.
  package static func text(_ outcome: RunOutcome) -> String {
    let errors =
      runErrors(outcome) + migrations(outcome, areFailing: true)
      + outcome.failingCases.map { error($0, in: outcome) }
    let warnings =
      outcome.notes.compactMap { note in note.place.map { Annotation("waiver", note.text.visible, at: $0) } }
      + (outcome.failingCases + outcome.otherCases).compactMap { warning($0, in: outcome) }
      + migrations(outcome, areFailing: false)
    return commands(errors, "error") + commands(warnings, "warning")
  }

  private struct Annotation {
    let title: String
    var message: String
    let place: Place

    init(_ title: String, _ message: String, at place: Place) {
      (self.title, self.message, self.place) = ("plangate: " + title, message, place)
    }
  }

  private static func commands(_ annotations: [Annotation], _ command: String) -> String {
    var shown = Array(annotations.prefix(limit))
    let more = annotations.count - shown.count
    if more > 0 { shown[limit - 1].message += "\n(\(counted(more, "more \(command)")) in the job summary)" }
    return shown.map { annotation in
      var properties = ["file=\(escapedProperty(annotation.place.file.visible))"]
      if let line = annotation.place.line { properties.append("line=\(line)") }
      properties.append("title=\(escapedProperty(annotation.title.visible.limited(to: 200)))")
      return "::\(command) \(properties.joined(separator: ","))::\(escapedData(annotation.message))\n"
    }.joined()
  }

  // MARK: Messages

  private static func runErrors(_ outcome: RunOutcome) -> [Annotation] {
    guard let error = outcome.error else { return [] }
    return [Annotation("could not check", text([error]), at: outcome.errorPlace ?? Place(file: outcome.manifestFile))]
  }

  /// What the rules on migrations find, on the lines of the migrations.
  private static func migrations(_ outcome: RunOutcome, areFailing: Bool) -> [Annotation] {
    outcome.migrations.flatMap { migration in
      migration.findings.filter { $0.isFailing == areFailing }.map { finding in
        Annotation(
          finding.rule, text([finding.message, "fix: \(finding.fix)"]), at: outcome.place(of: finding, in: migration))
      }
    }
  }

  private static func error(_ item: CaseOutcome, in run: RunOutcome) -> Annotation {
    let name = run.label(item)
    let failing = item.findings.filter(\.isFailing)
    let findings = failing.prefix(5).map { "\($0.rule): \($0.message)" }
    let more = failing.count > 5 ? [counted(failing.count - 5, "more finding")] : []
    let accept = item.acceptance(manifest: run.manifest).map { [$0] } ?? []
    switch item.verdict {
    case .unchecked:
      return Annotation("\(name) could not be checked", text([item.reasonText] + item.remarks), at: place(item, run))
    case .new:
      return Annotation(
        item.hasBaselines ? "\(name) has no baseline" : "\(name) is new",
        text([item.newness] + findings + more + accept), at: place(item, run))
    case .improved, .changed:
      let differences = item.comparison?.differences.prefix(5).map(\.text) ?? []
      return Annotation(
        "\(name) \(item.verdict.rawValue)", text(differences + item.causeLines + accept), at: place(item, run))
    case .regressed, .passed:
      let fix = failing.isEmpty ? [] : item.fixLines
      let rules = failing.map(\.rule).first.map { ": \($0)" } ?? ""
      return Annotation(
        "\(name)\(rules)", text(findings + more + item.remarks + item.causeLines + fix + accept), at: place(item, run))
    }
  }

  private static func warning(_ item: CaseOutcome, in run: RunOutcome) -> Annotation? {
    let warnings = item.warnings.prefix(5).map { "\($0.rule): \($0.message)" }
    if warnings.isEmpty { return nil }
    let more = item.warnings.count > 5 ? [counted(item.warnings.count - 5, "more warning")] : []
    return Annotation(
      "\(run.label(item)): \(counted(item.warnings.count, "warning"))", text(warnings + more), at: place(item, run))
  }

  private static func place(_ item: CaseOutcome, _ run: RunOutcome) -> Place {
    Place(file: item.file ?? run.manifestFile, line: item.file == nil ? item.manifestLine : item.line)
  }

  /// The lines, made visible and limited in number.
  private static func text(_ texts: [String]) -> String {
    let lines = texts.flatMap(\.visibleLines)
    return lines.prefix(40).map { $0.replacingScalars("\t", with: " ").limited(to: 500) }.joined(separator: "\n")
  }

  // MARK: Escaping

  /// Escapes what the runner unescapes: `%`, carriage return and line feed.
  private static func escapedData(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar {
      case "%": "%25"
      case "\r": "%0D"
      case "\n": "%0A"
      default: String(scalar)
      }
    }.joined()
  }

  /// Also escapes colons and commas, which would end a property.
  private static func escapedProperty(_ text: String) -> String {
    escapedData(text).replacingScalars(":", with: "%3A").replacingScalars(",", with: "%2C")
  }
}

extension GitHubAnnotations {
  /// Text for the log of a step, changed so that it contains no workflow command.
  ///
  /// A runner obeys each line that begins with `::` after spaces, and each `##[` anywhere. Query files and servers may
  /// print such text. For a runner, a carriage return alone also ends a line.
  package static func inert(_ text: String) -> String {
    var output = ""
    var rest = Substring(text).unicodeScalars
    while !rest.isEmpty {
      let end = rest.firstIndex { $0 == "\n" || $0 == "\r" }.map { rest.index(after: $0) } ?? rest.endIndex
      let line = rest[..<end]
      let start = line.firstIndex { !$0.properties.isWhitespace } ?? end
      output += String(line[..<start])
      if line[start...].starts(with: "::".unicodeScalars) { output += "\\" }
      output += String(line[start...])
      rest = rest[end...]
    }
    return output.replacingScalars("##[", with: "#\\#[")
  }
}
