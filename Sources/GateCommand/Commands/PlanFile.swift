import JSON
import OperatingSystem
import PlanCore

/// A file with what `EXPLAIN (FORMAT JSON)` prints, as an operand of `compare`.
struct PlanFile {
  let path: String
  var plan: Plan

  init(_ path: String) throws(Diagnostic) {
    self.path = path
    let bytes = try readFile(
      path, "the plan",
      hint: "two operands are files with EXPLAIN's JSON; to compare queries, name a state with --base, "
        + "--base-postgres or --base-settings")
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic("the plan is not UTF-8", file: path)
    }
    do { plan = try Plan(explainJSON: PlanFile.document(in: text)) } catch {
      throw Diagnostic(
        "\(error.message)\nsave what EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) prints: psql -AtX -c '…' > plan.json",
        file: path)
    }
    if let hidden = plan.hiddenScans { throw Diagnostic(hidden, file: path) }
  }

  /// The JSON in a text as psql prints it.
  ///
  /// Aligned output has a heading, a `+` at the end of each line that goes on, and the number of rows. auto_explain
  /// prints an object that is not in an array.
  private static func document(in text: String) -> String {
    var text = text
    if let first = text.first(where: { !$0.isWhitespace }), first != "[", first != "{" {
      let lines = text.split(whereSeparator: \.isNewline)
      let start = lines.firstIndex { $0.first { $0 != " " } == "[" } ?? lines.startIndex
      let end = lines.lastIndex { $0.last { $0 != " " && $0 != "+" } == "]" } ?? lines.index(before: lines.endIndex)
      guard start <= end else { return text }
      text = lines[start...end].map { line in
        var line = line
        while line.last == " " { line.removeLast() }
        if line.last == "+" { line.removeLast() }
        return String(line)
      }.joined(separator: "\n")
    }
    return text.first { !$0.isWhitespace } == "{" ? "[\(text)]" : text
  }

  /// The name of the case: that of the file.
  private var name: String {
    let last = path.split(separator: "/").last.map(String.init) ?? path
    return last.hasSuffix(".json") && last.count > 5 ? String(last.dropLast(5)) : last
  }

  // MARK: Judging

  /// Judges the plan in one file against the plan in another one.
  static func compare(_ before: String, _ after: String, today: Day) throws(Diagnostic) -> RunOutcome {
    var (old, new) = (try PlanFile(before), try PlanFile(after))
    var notes: [Note] = []
    if old.plan.isAnalyzed != new.plan.isAnalyzed {
      notes.append(Note("only \((old.plan.isAnalyzed ? old : new).path) has what ANALYZE adds: rows are not compared"))
    }
    if old.plan.root.hasSchemas != new.plan.root.hasSchemas {
      let path = (old.plan.root.hasSchemas ? old : new).path
      notes.append(Note("only \(path) is VERBOSE: schemas are ignored"))
      (old.plan.root, new.plan.root) = (old.plan.root.withoutSchemas, new.plan.root.withoutSchemas)
      (old.plan, new.plan) = (old.plan.withoutQualifiers, new.plan.withoutQualifiers)
    }
    let name = new.name
    func capture(_ file: PlanFile, _ label: StateLabel) -> Capture {
      let item = CapturedCase(name: nil, sqlFingerprint: "", parametersFingerprint: "", plan: file.plan)
      return Capture(
        label: label,
        queries: [
          QueryCapture(query: name, serverMajor: file.plan.root.serverMajor, facts: CatalogFacts(), cases: [item])
        ])
    }
    var query = ListedQuery(name: name, policy: CasePolicy(today: today), cases: [ListedCase()])
    query.place = Place(file: after)
    var outcome = judge(
      now: capture(new, .now), before: capture(old, StateLabel(before)),
      policies: Policies(manifest: after, queries: [query]))
    for index in outcome.notes.indices {
      guard case .otherMajor = outcome.notes[index].content else { continue }
      outcome.notes[index] = Note(
        "only one of the plans is of PostgreSQL 18 or newer: only seq-scan and row-estimate can fail, all other rules "
          + "only warn")
    }
    outcome.notes = notes + outcome.notes
    for index in outcome.cases.indices {
      outcome.cases[index].comparison?.knowsCatalog = false
      outcome.cases[index].removeStatements()
    }
    return outcome
  }
}

extension CaseOutcome {
  /// Removes the fixes that are statements, which were not tried on any server.
  fileprivate mutating func removeStatements() {
    func isStatement(_ fix: Fix) -> Bool { if case .statements = fix { true } else { false } }
    fixes.removeAll(where: isStatement)
    for index in findings.indices where findings[index].fix.map(isStatement) ?? false { findings[index].fix = nil }
  }
}

extension Plan {
  /// The plan of a single relation with its columns as `c` and not `o.c`, as EXPLAIN prints them without VERBOSE.
  ///
  /// With several relations the columns are qualified in any case.
  fileprivate var withoutQualifiers: Plan {
    let scans = scans(facts: CatalogFacts())
    guard scans.count == 1, let alias = scans[0].node.alias else { return self }
    var plan = self
    plan.root = root.withoutQualifier(alias)
    return plan
  }
}

extension PlanNode {
  fileprivate func withoutQualifier(_ alias: String) -> PlanNode {
    func plain(_ text: String) -> String {
      var result = ""
      var rest = text[...]
      while let found = rest.firstRange(of: "\(alias).") {
        result += rest[..<found.lowerBound]
        let isWord = result.last.map { $0.isLetter || $0.isNumber || "_$.".contains($0) } ?? false
        if isWord { result += rest[found] }
        rest = rest[found.upperBound...]
      }
      return result + rest
    }
    func plain(_ json: JSON) -> JSON {
      switch json {
      case .string(let text): .string(plain(text))
      case .array(let elements): .array(elements.map(plain))
      default: json
      }
    }
    var node = self
    node.properties = properties.map { JSONMember($0.key, plain($0.value)) }
    node.children = children.map { $0.withoutQualifier(alias) }
    return node
  }

  /// Whether EXPLAIN was VERBOSE, or reads no relation.
  fileprivate var hasSchemas: Bool {
    var has = true
    forEachNode { node, _ in if node.relationName != nil, node.schema == nil { has = false } }
    return has
  }

  fileprivate var withoutSchemas: PlanNode {
    var node = self
    node.schema = nil
    node.children = children.map(\.withoutSchemas)
    return node
  }

  /// The major as far as the plan shows it: from 18 on every node says whether it is disabled.
  fileprivate var serverMajor: ServerMajor { self["Disabled"] == nil ? 17 : 18 }
}
