import JSON

/// The lines of a baseline for what a case runs inside.
///
///     inside foreign key c_p_id_fkey, after the plan: 12 calls
///       statement: DELETE FROM ONLY "public"."c" WHERE $1 OPERATOR(pg_catalog.=) "p_id"
///       -> ModifyTable on public.c  (cost=…) (actual rows=0 loops=12) (buffers=36)
///         …
///     reads public.c: 12 sequential scans, 240000 rows
enum InnerWorkText {
  private static let inside = "inside "
  private static let afterPlan = ", after the plan"
  private static let statement = "statement: "
  private static let capped = "inside: cut off"
  private static let unseen = "inside: not shown by the server"
  private static let reads = "reads "

  // MARK: Writing

  static func outline(_ inner: InnerWork) -> [OutlineLine] {
    var lines: [OutlineLine] = []
    if inner.statements == nil { lines.append(OutlineLine(unseen)) }
    if inner.isCapped { lines.append(OutlineLine(capped)) }
    lines += (inner.statements ?? []).map(outline)
    lines += inner.sequentialReads.sorted { $0.key < $1.key }.map { name, reads in
      OutlineLine(
        "\(InnerWorkText.reads)\(JSON.array([.string(name.schema), .string(name.name)]).text): "
          + "\(JSON.numberText(reads.scans)) sequential scans, \(JSON.numberText(reads.rows)) rows")
    }
    return lines
  }

  private static func outline(_ inner: InnerStatement) -> OutlineLine {
    OutlineLine(
      inside + PlanText.valueText(.string(inner.origin.description)) + (inner.isAfterPlan ? afterPlan : "")
        + ": \(JSON.numberText(inner.calls)) calls",
      [OutlineLine(statement + PlanText.valueText(.string(inner.text)))]
        + inner.plans.map { PlanText.outline($0.root) })
  }

  // MARK: Reading

  /// Reads a line into what ran inside.
  ///
  /// - Returns: whether the line is one of these.
  static func read(_ line: OutlineLine, into inner: inout InnerWork) throws(BaselineError) -> Bool {
    if line.text == unseen, line.children.isEmpty {
      inner.statements = nil
    } else if line.text == capped, line.children.isEmpty {
      inner.isCapped = true
    } else if let rest = line.text[...].dropping(prefix: inside) {
      let read = try innerStatement(rest, line)
      inner.statements = (inner.statements ?? []) + [read]
    } else if let rest = line.text[...].dropping(prefix: reads), line.children.isEmpty {
      try readReads(rest, line, into: &inner)
    } else {
      return false
    }
    return true
  }

  private static func damaged(_ line: OutlineLine) -> BaselineError {
    BaselineError(line: line.number, message: "a damaged line on what ran inside")
  }

  private static func innerStatement(_ text: Substring, _ line: OutlineLine) throws(BaselineError) -> InnerStatement {
    guard let head = text.before(last: ": "), let calls = count(text[head.endIndex...].dropping(prefix: ": "), "calls"),
      let first = line.children.first, first.children.isEmpty,
      let value = first.text[...].dropping(prefix: statement), let text = (try? PlanText.value(value))?.stringValue
    else { throw damaged(line) }
    let isAfterPlan = head.hasSuffix(afterPlan)
    let name = (try? PlanText.value(isAfterPlan ? head.dropLast(afterPlan.count) : head))?.stringValue
    guard let origin = name.flatMap(InnerOrigin.init) else { throw damaged(line) }
    var plans: [Plan] = []
    for child in line.children.dropFirst() { plans.append(Plan(root: try PlanText.node(child))) }
    guard !plans.isEmpty else { throw damaged(line) }
    return InnerStatement(text: text, origin: origin, calls: calls, isAfterPlan: isAfterPlan, plans: plans)
  }

  /// `12 calls`.
  private static func count(_ text: Substring?, _ word: String) -> Double? {
    guard let text, let number = text.before(last: " "), text[number.endIndex...] == " " + word else { return nil }
    return Double(String(number)).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
  }

  private static func readReads(
    _ text: Substring, _ line: OutlineLine, into inner: inout InnerWork
  ) throws(BaselineError) {
    guard let name = text.before(last: ": "), case .array(let parts)? = try? JSON(parsing: String(name)),
      parts.count == 2, let schema = parts[0].stringValue, let relation = parts[1].stringValue,
      let figures = text[name.endIndex...].dropping(prefix: ": ")?.parts(at: ", "),
      let scans = figures.before.parts(at: " ").flatMap({
        $0.after == "sequential scans" ? Double(String($0.before)) : nil
      }),
      let rows = count(figures.after, "rows"), scans.isFinite, scans >= 0
    else { throw damaged(line) }
    inner.sequentialReads[RelationName(schema: schema, name: relation)] = SequentialReads(scans: scans, rows: rows)
  }
}
