import PlanCore

/// A query to import: its text, its weight and its cases.
struct ImportedQuery: Sendable {
  var text: String
  /// The values of `$1` … of each case, by the case's name; empty if there are none.
  var cases: [(name: String, values: [String?])] = []
  var calls: Int
  /// In milliseconds; nil if the source does not say.
  var total: Double?
  /// How often one session ran it at most.
  var perSession = 0
  var name = ""

  var mean: Double? { total.map { $0 / Double(max(calls, 1)) } }

  /// `1,204 calls, mean 3.2 ms`.
  var weight: String {
    let count = "\(Figures.grouped(Double(calls))) \(calls == 1 ? "call" : "calls")"
    guard let mean else { return count }
    let text = mean < 100 ? "\((mean * 100).rounded() / 100)" : Figures.grouped(mean)
    return "\(count), mean \(text) ms"
  }
}

/// Executions of statements, grouped by their text without values.
struct StatementGroups {
  private struct Group {
    /// The calls and the longest time of each text.
    var texts: [String: (calls: Int, longest: Double)] = [:]
    var values: [[String?]: Double] = [:]
    var calls = 0
    var total: Double?
    var sessions: [String: Int] = [:]
    /// The most executions in a row, for logs that do not tell sessions apart.
    var longestRun = 0
  }

  private var groups: [String: Group] = [:]
  private var order: [String] = []
  /// The last statement, and how often it ran in a row.
  private var run = (key: "", count: 0)
  /// The last statement that auto_explain logged, by session.
  private var explained: [String: String] = [:]
  private(set) var leftOut: [LeftOut: Int] = [:]
  let keepsValues: Bool

  /// The most groups, and the most texts and values of each, that are kept; a log may have any number.
  private static let most = (groups: 20_000, texts: 60)
  static let mostCases = 5

  init(keepsValues: Bool) { self.keepsValues = keepsValues }

  mutating func leaveOut(_ reason: LeftOut, _ count: Int = 1) { leftOut[reason, default: 0] += count }

  /// - Parameter calls: how many executions this stands for.
  mutating func add(_ execution: Execution, calls: Int = 1, total: Double? = nil) {
    let text = StatementKind.cursorQuery(StatementGroups.trimmed(execution.text))
    var (execution, calls) = (execution, calls)
    if execution.isExplained {
      if explained.count > 10_000 { explained = [:] }
      explained[execution.session] = text
    } else if explained.removeValue(forKey: execution.session) == text {
      // log_min_duration_statement logs what auto_explain has logged.
      (execution.duration, calls) = (nil, 0)
    }
    if let reason = StatementKind.reason(against: text) { return leaveOut(reason) }
    if execution.values?.contains(where: { $0.map(StatementKind.isConninfo) ?? false }) == true {
      return leaveOut(.secret)
    }
    let literals = StatementLiterals(text)
    // Constants beside bound values belong to the statement.
    let key =
      literals.parameterCount > 0 ? "$" + SQLTree.tokens(text).joined(separator: " ") : StatementLiterals.shape(text)
    guard groups[key] != nil || groups.count < StatementGroups.most.groups else { return leaveOut(.rest) }
    if groups[key] == nil { order.append(key) }
    var group = groups[key] ?? Group()
    group.calls += calls
    run = (key, run.key == key ? run.count + calls : calls)
    group.longestRun = max(group.longestRun, run.count)
    if let time = total ?? execution.duration { group.total = (group.total ?? 0) + time }
    let time = execution.duration ?? 0
    if group.texts[text] != nil || group.texts.count < StatementGroups.most.texts {
      let known = group.texts[text] ?? (0, 0)
      group.texts[text] = (known.calls + calls, max(known.longest, time))
    }
    if let values = execution.values, !values.isEmpty,
      group.values[values] != nil || group.values.count < StatementGroups.most.texts
    {
      group.values[values] = max(group.values[values] ?? 0, time)
    }
    if !execution.session.isEmpty, group.sessions[execution.session] != nil || group.sessions.count < 1000 {
      group.sessions[execution.session, default: 0] += calls
    }
    groups[key] = group
  }

  private static func trimmed(_ text: String) -> String {
    var text = text.replacing("\r\n", with: "\n")[...]
    while let last = text.last, last.isWhitespace || last == ";" { text = text.dropLast() }
    return String(text.drop(while: \.isWhitespace))
  }

  // MARK: Queries

  mutating func queries() -> [ImportedQuery] {
    order.flatMap { key in groups[key].map { queries(of: $0) } ?? [] }
  }

  private mutating func queries(of group: Group) -> [ImportedQuery] {
    let texts = group.texts.sorted { ($1.value.calls, $0.key) < ($0.value.calls, $1.key) }
    guard let first = texts.first else { return [] }
    func query(_ text: String, _ values: [[String?]: Double]) -> ImportedQuery {
      var query = ImportedQuery(text: text, calls: group.calls, total: group.total)
      query.perSession = group.sessions.values.max() ?? group.longestRun
      if keepsValues, !StatementKind.namesSecret(text) {
        let hasTimes = group.total != nil
        query.cases = StatementGroups.cases(values, hasTimes: hasTimes)
      }
      return query
    }
    let literals = StatementLiterals(first.key)
    if !keepsValues {
      let chosen = literals.literals.indices.filter { literals.literals[$0].isSafe }
      guard literals.literals.allSatisfy({ $0.isSafe || $0.isNumber }) else {
        leaveOut(.placeholders)
        return []
      }
      return [query(literals.text(replacing: Set(chosen)), [:])]
    }
    if literals.parameterCount > 0 || texts.count == 1 { return [query(first.key, group.values)] }
    // The same statement with other literals: those that differ become parameters.
    let same = texts.map { (read: StatementLiterals($0.key), longest: $0.value.longest) }
      .filter { $0.read.skeleton == literals.skeleton }
    let varying = literals.literals.indices.filter { index in
      same.contains { $0.read.literals[index].value != literals.literals[index].value }
    }
    guard varying.allSatisfy({ literals.literals[$0].isSafe }) else {
      let taken = texts.sorted { ($1.value.longest, $0.key) < ($0.value.longest, $1.key) }.prefix(3)
      if texts.count > taken.count { leaveOut(.rest, texts.count - taken.count) }
      return taken.map { text in
        var one = query(text.key, [:])
        (one.calls, one.total) = (
          text.value.calls, group.total.map { $0 * Double(text.value.calls) / Double(group.calls) }
        )
        return one
      }
    }
    var values: [[String?]: Double] = [:]
    for text in same { values[varying.map { text.read.literals[$0].value }] = text.longest }
    return [query(varying.isEmpty ? first.key : literals.text(replacing: Set(varying)), varying.isEmpty ? [:] : values)]
  }

  /// A few of the values, with the slowest, the middle and the fastest first.
  private static func cases(
    _ values: [[String?]: Double], hasTimes: Bool
  ) -> [(name: String, values: [String?])] {
    func text(_ values: [String?]) -> String { values.map { $0 ?? "" }.joined(separator: "\0") }
    let sorted = values.sorted { a, b in a.value != b.value ? a.value > b.value : text(a.key) < text(b.key) }.map(\.key)
    guard sorted.count > 1 else { return sorted.map { ("only", $0) } }
    guard hasTimes else { return sorted.prefix(mostCases).enumerated().map { ("case\($0 + 1)", $1) } }
    var picked = [("slowest", 0), ("typical", sorted.count / 2), ("fastest", sorted.count - 1)]
    if sorted.count == 2 { picked.remove(at: 1) }
    let others = sorted.indices.filter { index in !picked.contains { $0.1 == index } }
    for (number, index) in others.prefix(mostCases - picked.count).enumerated() {
      picked.append(("other\(number + 1)", index))
    }
    return picked.map { ($0.0, sorted[$0.1]) }
  }
}
