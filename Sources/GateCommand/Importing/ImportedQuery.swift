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
  private struct Group: Sendable {
    let database: String?
    /// The calls and the longest time of each text.
    var texts: [String: (calls: Int, longest: Double)] = [:]
    var values: [[String?]: Double] = [:]
    var calls = 0
    var total: Double?
    var sessions: [String: Int] = [:]
    /// The most executions in a row, for logs that do not tell sessions apart.
    var longestRun = 0

    init(database: String?) { self.database = database }

    /// - Returns: whether the text or the values were kept.
    mutating func add(
      _ execution: Execution, _ text: String, _ count: Int, _ time: Double?, keepsMore: Bool
    ) -> Bool {
      calls += count
      if let time = time ?? execution.duration { total = (total ?? 0) + time }
      let time = execution.duration ?? 0
      var isKept = false
      if let known = texts[text] {
        texts[text] = (known.calls + count, max(known.longest, time))
      } else if texts.isEmpty || keepsMore && texts.count < StatementGroups.most.texts {
        texts[text] = (count, time)
        isKept = true
      }
      if let given = execution.values, !given.isEmpty {
        if let known = values[given] {
          values[given] = max(known, time)
        } else if keepsMore, values.count < StatementGroups.most.texts {
          values[given] = time
          isKept = true
        }
      }
      let session = execution.session
      if !session.isEmpty, sessions[session] != nil || sessions.count < 1000 { sessions[session, default: 0] += count }
      return isKept
    }
  }

  /// In the order of their first executions.
  private var groups: [Group] = []
  private var index: [String: Int] = [:]
  /// The bytes of the texts and values that are kept.
  private var stored = 0
  /// The statement that a text is, so that a text is read once.
  private var known: [String: Statement] = [:]
  /// The last statement, and how often it ran in a row.
  private var run = (group: -1, count: 0)
  /// The last statement that auto_explain logged, by session.
  private var explained: [String: String] = [:]
  private(set) var leftOut: [LeftOut: Int] = [:]
  let keepsValues: Bool

  /// The most groups, the most texts and values of each, and the most bytes of all, that are kept; a log may have any
  /// number.
  private static let most = (groups: 20_000, texts: 60, bytes: 256 << 20)
  static let mostCases = 5

  init(keepsValues: Bool) { self.keepsValues = keepsValues }

  private enum Statement {
    case leftOut(LeftOut)
    /// Equal for statements that are one query.
    case query(text: String, key: String)
  }

  private mutating func statement(_ logged: String) -> Statement {
    if let statement = known[logged] { return statement }
    let text = StatementKind.cursorQuery(StatementGroups.trimmed(logged))
    let statement: Statement
    if let reason = StatementKind.reason(against: text) {
      statement = .leftOut(reason)
    } else {
      // Constants beside bound values belong to the statement.
      let hasParameters = StatementLiterals(text).parameterCount > 0
      let key = hasParameters ? "$" + SQLTree.tokens(text).joined(separator: " ") : StatementLiterals.shape(text)
      statement = .query(text: text, key: key)
    }
    if known.count >= StatementGroups.most.groups { known = [:] }
    if logged.utf8.count < 4096 { known[logged] = statement }
    return statement
  }

  mutating func leaveOut(_ reason: LeftOut, _ count: Int = 1) { leftOut[reason, default: 0] += count }

  /// - Parameter calls: how many executions this stands for.
  mutating func add(_ execution: Execution, calls: Int = 1, total: Double? = nil) {
    let (text, own): (String, String)
    switch statement(execution.text) {
    case .leftOut(let reason): return leaveOut(reason)
    case .query(let found, let key): (text, own) = (found, key)
    }
    var (execution, calls) = (execution, calls)
    if execution.isExplained {
      if explained.count > 10_000 { explained = [:] }
      explained[execution.session] = text
    } else if explained.removeValue(forKey: execution.session) == text {
      // log_min_duration_statement logs what auto_explain has logged.
      (execution.duration, calls) = (nil, 0)
    }
    if execution.values?.contains(where: { $0.map(StatementKind.isConninfo) ?? false }) == true {
      return leaveOut(.secret)
    }
    let key = "\(execution.database ?? "")\0\(own)"
    let size = text.utf8.count + (execution.values?.reduce(0) { $0 + ($1?.utf8.count ?? 0) } ?? 0)
    guard index[key] != nil || groups.count < StatementGroups.most.groups else { return leaveOut(.rest) }
    let isRoom = stored + size <= StatementGroups.most.bytes
    guard index[key] != nil || isRoom else { return leaveOut(.rest) }
    let at = index[key] ?? groups.count
    if at == groups.count {
      index[key] = at
      groups.append(Group(database: execution.database))
    }
    run = (at, run.group == at ? run.count + calls : calls)
    groups[at].longestRun = max(groups[at].longestRun, run.count)
    if groups[at].add(execution, text, calls, total, keepsMore: isRoom) { stored += size }
  }

  private static func trimmed(_ text: String) -> String {
    var text = text.replacing("\r\n", with: "\n")[...]
    while let last = text.last, last.isWhitespace || last == ";" { text = text.dropLast() }
    return String(text.drop(while: \.isWhitespace))
  }

  // MARK: Queries

  /// The database with the most executions; nil if the source names none.
  var mainDatabase: String? {
    var counts: [String: Int] = [:]
    for group in groups {
      if let name = group.database { counts[name, default: 0] += group.calls }
    }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// - Parameter database: the one whose queries are taken; nil for all.
  mutating func queries(of database: String?) -> [ImportedQuery] {
    groups.flatMap { group -> [ImportedQuery] in
      if let database, let own = group.database, own != database {
        leaveOut(.otherDatabase, group.calls)
        return []
      }
      return queries(of: group)
    }
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
