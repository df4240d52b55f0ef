import JSON

/// The text of a baseline: a format version first, then what a person reads in a pull request, in an order that never
/// changes.
///
/// It holds no time, no duration and no path.
///
///     plangate baseline 2
///     query: order_search
///     server: 15
///     object "view public.open_orders": {"body": "91ff…"}
///     relation public.orders: 60000 rows, 1200 pages
///       index orders_pkey: btree (id)
///     case: typical
///       sql: 8c6f…
///       parameters: 03d4…
///       types: {"$1": "integer"}
///       settings: {"random_page_cost": "1.1"}
///       -> Limit  (cost=0.42..25.9 rows=20 width=44) (actual rows=20 loops=1) (buffers=24)
///         Outer -> Index Scan using …
///     end
package enum BaselineFile {
  private static let title = "plangate baseline"
  private static let lastLine = "end"
  private static let objectPrefix = "object "

  // MARK: Writing

  package static func text(_ capture: QueryCapture) -> String {
    var lines = [
      OutlineLine("\(title) \(capture.format.rawValue)"), OutlineLine("query: \(capture.query)"),
      OutlineLine("server: \(capture.serverMajor)"),
    ]
    func texts(_ values: [String: String]) -> JSON {
      .object(values.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
    }
    if capture.format >= .two {
      lines += capture.facts.objects.sorted { $0.key < $1.key }.map { title, facts in
        OutlineLine("\(objectPrefix)\(JSON.quoted(title)): \(texts(facts.attributes).text)")
      }
    } else if !capture.facts.definitions.isEmpty {
      lines.append(OutlineLine("definitions: \(texts(capture.facts.definitions).text)"))
    }
    lines += capture.facts.relations.sorted { $0.key < $1.key }.map { name, facts in
      BaselineRelation.outline(
        name, facts, isOnlyNamed: capture.facts.named.contains(name), format: capture.format)
    }
    lines += capture.cases.map { outline($0, capture.format) }
    // Tells a whole file from one that was cut off between two lines.
    lines.append(OutlineLine(lastLine))
    var text = ""
    for line in lines { line.write(to: &text) }
    return text
  }

  private static func outline(_ item: CapturedCase, _ format: BaselineFormat) -> OutlineLine {
    var lines = [OutlineLine("sql: \(item.sqlFingerprint)"), OutlineLine("parameters: \(item.parametersFingerprint)")]
    if format >= .two, let types = item.parameterTypes {
      let members = types.map { JSONMember($0.name, .string($0.type)) }
      lines.append(OutlineLine("types: \(JSON.object(members).text)"))
    }
    if item.isGeneric { lines.append(OutlineLine("plan: generic")) }
    let settings = item.plan.settings.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }
    lines.append(OutlineLine("settings: \(JSON.object(settings).text)"))
    lines += item.plan.triggers.map { trigger in
      OutlineLine(
        "trigger: \(JSON.array([.string(trigger.name), .string(trigger.relation), .number(trigger.calls)]).text)")
    }
    if item.plan.isRepaired { lines.append(OutlineLine("repaired: true")) }
    lines.append(PlanText.outline(item.plan.root))
    if let plan = item.planWithoutSeqScans {
      lines.append(OutlineLine("without seq scans:", [PlanText.outline(plan.root)]))
    }
    lines += InnerWorkText.outline(item.inner)
    return OutlineLine(item.name.map { "case: \($0)" } ?? "case:", lines)
  }

  // MARK: Reading

  /// Whether a file that begins with these bytes is a baseline, of this format or another, damaged or not.
  package static func isTitle(of head: some Sequence<UInt8>) -> Bool {
    let line = head.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let text = String(decoding: line, as: UTF8.self)
    return text[...].dropping(prefix: "\(title) ").flatMap { Int($0) } != nil
  }

  package static func capture(parsing raw: String) throws(BaselineError) -> QueryCapture {
    let text = try withPlainLineFeeds(raw)
    let format = try format(of: text)
    let lines = try OutlineLine.parse(text)
    for line in lines {
      let mayNest = line.text.hasPrefix(BaselineRelation.prefix) || line.text.hasPrefix("case:")
      guard mayNest || line.children.isEmpty else {
        throw BaselineError(line: line.children[0].number, message: "unexpected indentation")
      }
    }
    var capture = QueryCapture(query: "", serverMajor: 0, facts: CatalogFacts(), answers: [])
    capture.format = format
    guard lines.last?.text == lastLine else {
      throw BaselineError(
        line: lines.last?.number ?? 1, message: "the file is cut off: its last line is not '\(lastLine)'")
    }
    for line in lines.dropFirst().dropLast() {
      if capture.query.isEmpty, let text = value(of: line, "query: ") {
        capture.query = text
      } else if capture.serverMajor == 0, let text = value(of: line, "server: "), let number = Int(text),
        (1..<100).contains(number)
      {
        capture.serverMajor = ServerMajor(number)
      } else if format >= .two, var rest = line.text[...].dropping(prefix: objectPrefix) {
        guard let title = BaselineRelation.word(&rest),
          case .object(let members)? = rest.dropping(prefix: ": ").flatMap({ try? JSON(parsing: String($0)) })
        else { throw BaselineError(line: line.number, message: "a damaged object") }
        var object = ObjectFacts(attributes: [:])
        for member in members { object.attributes[member.key] = member.value.stringValue }
        guard capture.facts.objects.updateValue(object, forKey: title) == nil else {
          throw BaselineError(line: line.number, message: "the object \(title) appears twice")
        }
      } else if format < .two, let text = value(of: line, "definitions: ") {
        guard case .object(let members)? = try? JSON(parsing: text) else {
          throw BaselineError(line: line.number, message: "damaged definitions")
        }
        for member in members { capture.facts.definitions[member.key] = member.value.stringValue }
      } else if line.text.hasPrefix(BaselineRelation.prefix) {
        let (name, facts, isOnlyNamed) = try BaselineRelation.read(line, format)
        if isOnlyNamed { capture.facts.named.insert(name) }
        guard capture.facts.relations.updateValue(facts, forKey: name) == nil else {
          throw BaselineError(line: line.number, message: "the relation \(name) appears twice")
        }
      } else if line.text == "case:" || value(of: line, "case: ") != nil {
        let item = try capturedCase(line)
        guard format > .one || item.inner == InnerWork() else {
          throw BaselineError(line: line.number, message: "format 1 has no lines on what ran inside")
        }
        guard format > .one || item.parameterTypes == nil else {
          throw BaselineError(line: line.number, message: "format 1 has no types of parameters")
        }
        guard capture.capturedCase(named: item.name) == nil else {
          throw BaselineError(line: line.number, message: "the case appears twice")
        }
        capture.answers.append(CapturedAnswer(name: item.name, result: .plan(item)))
      } else {
        throw BaselineError(line: line.number, message: "unexpected '\(line.text.prefix(40))'")
      }
    }
    guard !capture.query.isEmpty, capture.serverMajor > 0, !capture.answers.isEmpty else {
      throw BaselineError(
        line: lines.last?.number ?? 1, message: "the file ends before its query, server and cases are known")
    }
    try BaselineInspection.inspect(capture, lines, text)
    return capture
  }

  /// The text as it was written: git can check a file out with CR LF at the end of each line.
  ///
  /// A mixture is nothing that git makes.
  private static func withPlainLineFeeds(_ text: String) throws(BaselineError) -> String {
    let bytes = text.utf8
    if bytes.starts(with: "\u{feff}".utf8) {
      throw BaselineError(line: 1, message: "the file begins with a byte order mark, which an editor put there")
    }
    let carriageReturn = UInt8(ascii: "\r")
    guard bytes.contains(carriageReturn) else { return text }
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      let isLast = index == lines.count - 1
      guard line.last == carriageReturn || isLast else {
        throw BaselineError(
          line: index + 1,
          message: "some lines end with CR LF and this one does not; 'eol=lf' in .gitattributes keeps git from that")
      }
      output += line.last == carriageReturn ? line.dropLast() : line
      if !isLast { output.append(UInt8(ascii: "\n")) }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func format(of text: String) throws(BaselineError) -> BaselineFormat {
    let line = Substring(text.utf8.prefix { $0 != UInt8(ascii: "\n") })
    guard let version = line.dropping(prefix: "\(title) ").flatMap({ Int($0) })
    else { throw BaselineError(line: 1, message: "this is not a plangate baseline") }
    guard let format = BaselineFormat(rawValue: version) else {
      throw BaselineError(
        line: 1,
        message: "format \(version) is not known to this plangate, which reads formats up to "
          + "\(BaselineFormat.newest.rawValue)",
        isNewerFormat: version > BaselineFormat.newest.rawValue)
    }
    return format
  }

  private static func value(of line: OutlineLine, _ prefix: String) -> String? {
    line.text[...].dropping(prefix: prefix).map { String($0) }
  }

  private static func capturedCase(_ line: OutlineLine) throws(BaselineError) -> CapturedCase {
    func fail(_ line: OutlineLine, _ message: String) -> BaselineError {
      BaselineError(line: line.number, message: message)
    }
    var values: [String: String] = [:]
    var triggers: [Trigger] = []
    var root: PlanNode?
    var withoutSeqScans: PlanNode?
    var inner = InnerWork()
    for child in line.children {
      if PlanText.isNode(child) {
        guard root == nil else { throw fail(child, "a second plan") }
        root = try PlanText.node(child)
        continue
      }
      if child.text == "without seq scans:", child.children.count == 1, withoutSeqScans == nil {
        withoutSeqScans = try PlanText.node(child.children[0])
        continue
      }
      if try InnerWorkText.read(child, into: &inner) { continue }
      guard let parts = child.text[...].parts(at: ": "), child.children.isEmpty else {
        throw fail(child, "unexpected '\(child.text.prefix(40))'")
      }
      let (key, text) = (String(parts.before), String(parts.after))
      if key == "trigger" {
        guard case .array(let parts)? = try? JSON(parsing: text), parts.count == 3, let name = parts[0].stringValue,
          let relation = parts[1].stringValue, let calls = parts[2].numberValue
        else { throw fail(child, "a damaged trigger") }
        triggers.append(Trigger(name: name, relation: relation, calls: calls))
      } else {
        guard ["sql", "parameters", "types", "plan", "settings", "repaired"].contains(key),
          values.updateValue(text, forKey: key) == nil
        else { throw fail(child, "unexpected '\(key)'") }
      }
    }
    for (key, only) in [("plan", "generic"), ("repaired", "true")] {
      if let text = values[key], text != only { throw fail(line, "'\(key)' is '\(text)', not '\(only)'") }
    }
    guard let root else { throw fail(line, "the case has no plan") }
    guard root.hasUniformFigures else { throw fail(line, "some nodes of the plan have figures that others lack") }
    guard let sql = values["sql"], let parameters = values["parameters"] else {
      throw fail(line, "the case has no fingerprints")
    }
    guard case .object(let members)? = try? JSON(parsing: values["settings"] ?? "") else {
      throw fail(line, "the case has no settings")
    }
    let types = try values["types"].map { (text) throws(BaselineError) in
      guard case .object(let members)? = try? JSON(parsing: text), !members.isEmpty else {
        throw fail(line, "damaged types of parameters")
      }
      return try members.map { (member) throws(BaselineError) in
        guard let type = member.value.stringValue, !type.isEmpty, !member.key.isEmpty else {
          throw fail(line, "damaged types of parameters")
        }
        return ParameterType(name: member.key, type: type)
      }
    }
    var settings: [String: String] = [:]
    for member in members {
      guard let value = member.value.stringValue else { throw fail(line, "the case has no settings") }
      settings[member.key] = value
    }
    return CapturedCase(
      name: value(of: line, "case: "), isGeneric: values["plan"] == "generic",
      sqlFingerprint: sql, parametersFingerprint: parameters, parameterTypes: types,
      plan: Plan(root: root, settings: settings, triggers: triggers, isRepaired: values["repaired"] == "true"),
      planWithoutSeqScans: withoutSeqScans.map { Plan(root: $0) }, inner: inner)
  }
}

extension PlanNode {
  /// Whether all nodes below have the groups of figures that this one has.
  fileprivate var hasUniformFigures: Bool {
    children.allSatisfy {
      ($0.actual == nil) == (actual == nil) && ($0.buffers == nil) == (buffers == nil) && $0.hasUniformFigures
    }
  }
}
