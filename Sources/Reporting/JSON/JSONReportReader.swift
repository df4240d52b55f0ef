import JSON
package import PlanCore

extension RunOutcome {
  /// Reads a JSON report back.
  ///
  /// Every report on the result is identical, byte for byte, to one on the original outcome.
  ///
  /// Values that the report derives from others (counts, differences, causes) are not read but computed again. Whether
  /// a case failed must agree in both: a report that contradicts itself is damaged.
  package init(jsonReport text: String) throws(ReportError) {
    let json: JSON
    // A plan is nested a few levels deeper here than in the answer that it came from.
    do { json = try JSON(parsing: text, maximumDepth: JSON.maximumDepth + 10) } catch {
      throw ReportError("it is incomplete or not JSON: \(error.message) at byte \(error.offset)")
    }
    guard let version = json["plangate"]?.stringValue, let format = json["format"]?.numberValue else {
      throw ReportError("it is not a JSON report of plangate")
    }
    guard format == Double(JSONReport.formatVersion) else {
      var error = ReportError(
        "it is a report of format \(JSON.numberText(format)), written by plangate \(version); this one reads format "
          + "\(JSONReport.formatVersion)")
      error.isNewerFormat = format > Double(JSONReport.formatVersion)
      throw error
    }
    let fields = try JSONFields(json, at: JSONFields.top)
    self.init(plangateVersion: version, manifest: try fields.text("manifest"))
    manifestInRepository = try fields.optionalText("manifestInRepository")
    servers = try fields.optionalText("server").map(RunOutcome.versions) ?? []
    serverAddress = try fields.optionalText("serverAddress")
    before = StateLabel(try fields.text("before"))
    for (text, place) in zip(try fields.textList("notes"), try fields.optionalObjects("notePlaces")) {
      notes.append(Note(text, at: try place.map { place throws(ReportError) in try RunOutcome.place(place) }))
    }
    for item in try fields.objects("migrations") { migrations.append(try MigrationReport(item)) }
    error = try fields.optionalText("error")
    errorPlace = try fields.optional("errorPlace").map { place throws(ReportError) in try RunOutcome.place(place) }
    isStrict = try fields.flag("strict")
    duration = try fields.duration("seconds")
    if let part = try fields.optional("shard") {
      let (index, count) = (try part.integer("index"), try part.integer("count"))
      guard index >= 1, index <= count else { throw ReportError("there is no shard \(index) of \(count)") }
      shard = Shard(index: index, count: count)
    }
    if let asked = try fields.optional("selection") {
      selection = Selection(caseCount: try asked.integer("cases"), fingerprint: try asked.text("fingerprint"))
    }
    let relations = try RelationTable.relations(fields)
    for item in try fields.objects("cases") {
      var outcome = try CaseReader(relations: relations, before: before).outcome(item)
      // Two plans in files are compared without a server.
      outcome.comparison?.knowsCatalog = before == .baseline || !servers.isEmpty
      guard try item.flag("failed") == outcome.isFailed(strict: isStrict) else {
        throw item.wrong("failed", "consistent with its verdict '\(outcome.verdict.rawValue)'")
      }
      cases.append(outcome)
    }
  }
}

extension RunOutcome {
  /// The versions in a text such as `15.18, 16.14`.
  private static func versions(_ text: String) -> [ServerVersion] {
    text.split(separator: ", ", omittingEmptySubsequences: false).map { ServerVersion(String($0)) }
  }

  private static func place(_ fields: JSONFields) throws(ReportError) -> Place {
    Place(file: try fields.text("file"), line: try fields.optionalInteger("line"))
  }
}

extension Fix {
  fileprivate init(_ fields: JSONFields) throws(ReportError) {
    let advice = try fields.optionalText("advice")
    let purpose = try fields.optionalText("purpose")
    let sql = try fields.textList("sql")
    let effect = try fields.optionalText("effect")
    switch (advice, purpose) {
    case (let advice?, nil) where sql.isEmpty && effect == nil: self = .advice(advice)
    case (nil, let purpose?) where !sql.isEmpty:
      self = .statements(Statements(purpose: purpose, sql: sql, effect: effect))
    default: throw fields.wrong("advice", "there alone, or statements with their purpose in its place")
    }
  }
}

/// Reads the cases of a JSON report.
private struct CaseReader {
  let relations: [(name: RelationName, facts: RelationFacts)]
  let before: StateLabel

  func outcome(_ fields: JSONFields) throws(ReportError) -> CaseOutcome {
    var outcome = CaseOutcome(
      query: try fields.text("query"), caseName: try fields.optionalText("case"), verdict: try fields.word("verdict"))
    outcome.server = try fields.optionalText("server").map { ServerVersion($0) }
    outcome.file = try fields.optionalText("file")
    outcome.line = try fields.optionalInteger("line")
    outcome.manifestLine = try fields.optionalInteger("manifestLine")
    outcome.position = try fields.optionalInteger("position")
    outcome.duration = try fields.duration("seconds")
    outcome.reason = try fields.optionalText("reason")
    outcome.remarks = try fields.textList("remarks")
    outcome.emptyTables = try fields.textList("emptyTables")
    outcome.hasBaselines = before == .baseline
    outcome.sql = try fields.optionalText("sql")
    for parameter in try fields.objects("parameters") {
      outcome.parameters.append(
        BoundParameter(name: try parameter.text("name"), value: try parameter.optionalText("value")))
    }
    outcome.comparison = try comparison(fields, caseName: outcome.caseName)
    for item in try fields.objects("findings") { outcome.findings.append(try finding(item, outcome.comparison)) }
    outcome.migration = try fields.optionalText("migration")
    for step in try fields.objects("history") {
      outcome.history.append(
        CaseOutcome.Step(
          label: try step.text("state"), cost: try step.number("cost"), blocks: try step.optionalNumber("buffers")))
    }
    for fix in try fields.objects("fixes") { outcome.fixes.append(try Fix(fix)) }
    return outcome
  }

  // MARK: Findings

  private func finding(_ fields: JSONFields, _ comparison: CaseComparison?) throws(ReportError) -> Finding {
    var finding = Finding(
      rule: try fields.text("rule"), severity: try fields.word("severity"), message: try fields.text("message"))
    finding.relation = try relationName(fields, "relation", schema: "schema")
    finding.root = try relationName(fields, "root", schema: "rootSchema")
    finding.alias = try fields.optionalText("alias")
    finding.path = try path(fields, "path", in: comparison?.current.plan)
    finding.baselinePath = try path(fields, "baselinePath", in: comparison?.baseline?.plan)
    finding.fix = try fields.optional("fixDetails").map { (fields) throws(ReportError) in try Fix(fields) }
    guard finding.fix?.text == (try fields.optionalText("fix")) else {
      throw fields.wrong("fix", "the text of its 'fixDetails'")
    }
    if let waived = try fields.optional("waived") {
      finding.waiver = Waiver(
        rule: try waived.text("rule"), relation: try waived.optionalText("relation"),
        alias: try waived.optionalText("alias"), reason: try waived.text("reason"),
        until: try waived.optionalDay("until"), line: try waived.optionalInteger("line"))
    }
    let alternative = try fields.optional("indexAlternative")
    if try fields.optionalText("indexVerdict") != nil {
      finding.indexVerdict = .noIndex
      if let alternative {
        finding.indexVerdict = .preferred(
          scanCost: try alternative.number("scanCost"), alternative: try alternative.text("access"),
          alternativeCost: try alternative.number("cost"))
      }
    }
    if let figures = try fields.optional("figures") {
      finding.figures = FindingFigures(
        planRows: try figures.number("planRows"), actualRows: try figures.optionalNumber("actualRows"),
        qError: try figures.optionalNumber("qError"))
    }
    return finding
  }

  /// A name written as `schema.name`, where both parts may contain dots.
  private func relationName(
    _ fields: JSONFields, _ key: String, schema schemaKey: String
  ) throws(ReportError) -> RelationName? {
    guard let text = try fields.optionalText(key), let schema = try fields.optionalText(schemaKey) else {
      _ = try fields.value(schemaKey)
      return nil
    }
    // Scalars are compared, because a dot with a combining mark after it is one character to Swift.
    let prefix = Array((schema.isEmpty && !text.hasPrefix(".") ? "" : schema + ".").unicodeScalars)
    guard text.unicodeScalars.starts(with: prefix) else { throw fields.wrong(key, "in the schema '\(schema)'") }
    return RelationName(
      schema: schema, name: String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(prefix.count))))
  }

  /// The path of an existing node of a plan: rules and reports follow it unchecked.
  private func path(_ fields: JSONFields, _ key: String, in plan: Plan?) throws(ReportError) -> NodePath? {
    guard let path = try fields.optionalIntegers(key) else { return nil }
    guard let plan, plan.root.node(at: path) != nil else { throw fields.wrong(key, "the path of a node of the plan") }
    return path
  }

  // MARK: Plans

  private func comparison(_ fields: JSONFields, caseName: String?) throws(ReportError) -> CaseComparison? {
    let baseline = try fields.optional("baselinePlan")
    guard let current = try fields.optional("plan") else {
      if baseline != nil { throw fields.wrong("plan", "present, but 'baselinePlan' is") }
      return nil
    }
    return CaseComparison(
      baseline: try baseline.map { fields throws(ReportError) in try observation(fields, caseName: caseName) },
      current: try observation(current, caseName: caseName), label: before)
  }

  private func observation(_ fields: JSONFields, caseName: String?) throws(ReportError) -> Observation {
    var facts = CatalogFacts(definitions: Dictionary(try fields.texts("definitions")) { $1 })
    guard case .object(let objects) = try fields.value("objects") else { throw fields.wrong("objects", "an object") }
    for object in objects {
      guard case .object(let members) = object.value else { throw fields.wrong("objects", "an object of objects") }
      let attributes = members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }
      facts.objects[object.key] = ObjectFacts(attributes: Dictionary(attributes) { $1 })
    }
    for name in try fields.objects("named") {
      facts.named.insert(RelationName(schema: try name.text("schema"), name: try name.text("name")))
    }
    for place in try fields.optionalIntegers("relations") ?? [] {
      guard relations.indices.contains(place) else {
        throw fields.wrong("relations", "a list of indexes into the table")
      }
      facts.relations[relations[place].name] = relations[place].facts
    }
    var types: [ParameterType]?
    if try fields.value("parameterTypes") != .null {
      types = try fields.objects("parameterTypes").map { (item) throws(ReportError) in
        ParameterType(name: try item.text("name"), type: try item.text("type"))
      }
    }
    guard var plan = try plan(fields, "explain") else { throw fields.wrong("explain", "a plan") }
    plan.isRepaired = try fields.flag("repaired")
    let inside = try JSONFields(try fields.value("inside"), at: "\(fields.place).inside")
    guard let format = BaselineFormat(rawValue: try fields.integer("baselineFormat")) else {
      throw fields.wrong("baselineFormat", "a format of baselines that this plangate knows")
    }
    return Observation(
      CapturedCase(
        name: caseName, isGeneric: try fields.flag("generic"), sqlFingerprint: try fields.text("sqlFingerprint"),
        parametersFingerprint: try fields.text("parametersFingerprint"), parameterTypes: types, plan: plan,
        planWithoutSeqScans: try self.plan(fields, "explainWithoutSeqScans"), inner: try InnerWorkJSON.inner(inside)),
      facts: facts, serverMajor: ServerMajor(try fields.integer("serverMajor")), format: format)
  }

  private func plan(_ fields: JSONFields, _ key: String) throws(ReportError) -> Plan? {
    let value = try fields.value(key)
    if value == .null { return nil }
    do { return try Plan(explain: value) } catch {
      throw ReportError("'\(key)' of \(fields.place) is not a plan: \(error.message)")
    }
  }
}
