import PlanCore

/// A remark about a line of a file: a finding on a case or a migration, a missing baseline, or a case that could not be
/// checked.
struct Remark {
  enum Weight {
    case unchecked, fail, warn, waived
  }

  /// A rule of `Rule.all` or `MigrationRule.all`, or one of `Remark.ownRules`.
  let rule: String
  let weight: Weight
  /// One line, without a final full stop.
  let message: String
  /// Further lines: index verdict, causes, fix, and the command that accepts it.
  let details: [String]
  let place: Place
  /// The name of the case, such as `orders@typical (PostgreSQL 16)`; nil for a migration and for the run.
  let caseName: String?
  /// The migration since which the case fails, as the user would name it; nil if that is unknown.
  let migration: String?
  let waiver: Waiver?
  /// A fingerprint that stays the same from run to run whatever the figures, and is unique within a run.
  let fingerprint: String

  /// Descriptions of remarks that come from no rule in a manifest.
  static let ownRules: [(id: String, summary: String, fix: String)] = [
    (Rule.timeoutID, "a case times out", "make it faster, or raise `timeout:` of the query"),
    ("no-baseline", "a case has no baseline yet", "read its plan and record it: plangate record"),
    ("empty", "a case reads tables without rows (--strict)", "fill the tables in the seed"),
    ("unchecked", "something could not be planned, run or compared", "fix the reported error"),
  ]
}

extension RunOutcome {
  /// All remarks: the run's own error, then the cases in order.
  var remarks: [Remark] {
    var remarks: [Remark] = []
    var seen: [String: Int] = [:]
    func add(
      _ rule: String, _ weight: Remark.Weight, _ message: String, _ details: [String] = [], of item: CaseOutcome?,
      finding: Finding? = nil, subject: [String]? = nil, at place: Place
    ) {
      let name = item.map(label)
      let what = subject ?? [name ?? "", finding?.relation?.description ?? "", finding?.alias ?? ""]
      let key = ([rule] + what).joined(separator: "\0")
      let ordinal = seen[key, default: 0]
      seen[key] = ordinal + 1
      remarks.append(
        Remark(
          rule: rule, weight: weight, message: message.visible, details: details.map(\.visible), place: place,
          caseName: name, migration: weight == .unchecked ? nil : item?.migration, waiver: finding?.waiver,
          fingerprint: fingerprint(manifestFile + "\0" + key + "\0" + String(ordinal))))
    }

    if let error {
      let lines = error.visibleLines
      add(
        "unchecked", .unchecked, lines.first { !$0.isEmpty } ?? "the run ended early", Array(lines.dropFirst()),
        of: nil, at: errorPlace ?? Place(file: manifestFile))
    }
    for migration in migrations {
      for finding in migration.findings {
        add(
          finding.rule, finding.isFailing ? .fail : .warn, finding.message, ["fix: \(finding.fix)"], of: nil,
          subject: [migration.file, finding.relation.description], at: place(of: finding, in: migration))
      }
    }
    for item in cases {
      let place = Place(file: item.file ?? manifestFile, line: item.file == nil ? item.manifestLine : item.line)
      let isFailed = item.isFailed(strict: isStrict)
      let accept = item.acceptance(manifest: manifest).map { [$0] } ?? []
      // Computed once per case, since a partitioned table can have thousands of findings.
      let hasNews = isFailed || item.findings.contains(where: \.isFailing)
      let causes = hasNews ? item.causeLines : []
      let fixes = hasNews ? item.fixLines : []
      switch item.verdict {
      case .unchecked:
        let lines = item.reasonText.visibleLines
        let details = Array(lines.dropFirst()) + item.remarks
        add("unchecked", .unchecked, lines.first { !$0.isEmpty } ?? "", details, of: item, at: place)
      case .new: if item.hasBaselines { add("no-baseline", .fail, item.newness, accept, of: item, at: place) }
      case .improved, .changed:
        if isFailed {
          let message = item.comparison?.differences.first?.text ?? "the plan changed"
          add("plan-changed", .fail, message, causes + accept, of: item, at: place)
        }
      case .passed: if isFailed { add("empty", .fail, item.emptiness, [CaseText.fillAdvice], of: item, at: place) }
      case .regressed: break
      }
      for finding in item.findings {
        let weight: Remark.Weight = finding.waiver != nil ? .waived : finding.severity == .fail ? .fail : .warn
        let details =
          (finding.indexVerdict.map { [$0.description] } ?? []) + (finding.isFailing ? causes : [])
          + (finding.isFailing ? item.remarks + fixes : [])
          + (finding.isFailing && item.verdict == .regressed ? accept : [])
        add(finding.rule, weight, finding.message, details, of: item, finding: finding, at: place)
      }
    }
    return remarks
  }
}

extension RunOutcome {
  /// `, compared with main (ab12cd3)` for a comparison of two states; empty for a check.
  var comparedWith: String { before == .baseline ? "" : ", compared with \(before)" }

  /// The name of a case in this run, with the server if there are several.
  ///
  /// Minor versions are left out unless they are needed to distinguish servers: a name must not change with the
  /// server's next release.
  func label(_ item: CaseOutcome) -> String {
    item.server.map { "\(item.name) (PostgreSQL \(serverLabel($0)))" } ?? item.name
  }

  func serverLabel(_ server: ServerVersion) -> String {
    guard let major = server.major else { return server.text }
    let others = Set(cases.compactMap(\.server)).filter { $0.major == major }
    return others.count > 1 ? server.text : major.description
  }
}

extension CaseOutcome {
  /// The first causes, since a partitioned table can have thousands.
  var causeLines: [String] {
    let causes = causes.map(\.text)
    return causes.prefix(20).map { "cause: \($0.readable)" }
      + (causes.count > 20 ? ["cause: … \(causes.count - 20) more"] : [])
  }

  /// The ways to fix the case, a line each.
  var fixLines: [String] { fixes.flatMap(\.explainedLines).map { "fix: \($0)" } }

  /// The line `accept with: plangate record orders`, if the case can be accepted.
  func acceptance(manifest: String) -> String? {
    guard isRecordable else { return nil }
    let verb = verdict == .new ? "record" : "accept"
    return "\(verb) with: " + RecordCommand.text(queries: [query], manifest: manifest)
  }
}

extension Fix {
  /// The advice, or the statements with a comment that says what they do and bring.
  var explainedLines: [String] {
    guard let heading, let last = lines.last else { return lines }
    // A comment ends with its line, and a report that is read can hold any text.
    return lines.dropLast() + ["\(last) -- \(heading.split(whereSeparator: \.isNewline).joined(separator: " "))"]
  }
}
