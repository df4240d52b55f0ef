extension Rule {
  /// An index scan whose Index Cond lost columns or is gone, so that it walks the index and filters.
  static let indexCondLost = Rule(
    id: "index-cond-lost", defaultSeverity: .fail, isHeadline: false,
    summary: "the condition of an index scan lost columns, which are only filtered now",
    fix: "an index that has these columns first, or a condition on the bare columns",
    parameters: [
      .number("fail", 2, minimum: 1, "times the baseline's examined rows from which it fails; below it warns"),
      .number("floor", 100, minimum: 0, "rows more that must be examined to fail, over all loops"),
    ]
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    return comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access.usesIndex, pair.current.access.usesIndex, !pair.current.node.isNeverExecuted else {
        return nil
      }
      let current = comparison.current
      // So it is nearly always, and then nothing is lost.
      if pair.baseline.indexConditions == pair.current.indexConditions,
        baseline.facts.columns(of: pair.baseline.relation) == current.facts.columns(of: pair.current.relation)
      {
        return nil
      }
      let lost = baseline.indexColumns(pair.baseline).subtracting(current.indexColumns(pair.current))
      // A column that is not filtered either is no longer asked for: then the query changed, and not for the worse.
      let filtered = lost.intersection(current.filteredColumns(pair.current))
      guard !filtered.isEmpty else { return nil }
      let (before, now) = (pair.baseline.examinedRows, pair.current.examinedRows)
      // The rows of a BitmapAnd are those that are left; its blocks tell what it took to find them.
      let blocks = (pair.baseline.node.buffers, pair.current.node.buffers)
      let takesMoreBlocks = blocks.0.map { before in blocks.1.map { $0 > before * 1.05 } ?? true } ?? true
      let isWorse =
        now - before >= settings.number("floor") && now >= before * settings.number("fail") && takesMoreBlocks
      var finding = Finding(
        rule: "index-cond-lost", severity: isWorse ? settings.severity : min(settings.severity, .warn),
        scan: pair.current,
        message:
          "\(pair.current.identity.description): \(pair.baseline.accessDescription) -> \(pair.current.accessDescription), "
          + "\(filtered.sorted().joined(separator: ", ")) is filtered and no longer led by the index: "
          + "\(Figures.grouped(before)) -> \(Figures.grouped(now)) rows examined")
      finding.baselinePath = pair.baseline.path
      finding.figures = comparison.figures(at: pair.current.path)
      return finding
    }
  }

  /// Another index is used for the same scan. An index that was only renamed is the same.
  static let indexChanged = Rule(
    id: "index-changed", defaultSeverity: .warn, isHeadline: false, summary: "a scan goes through another index",
    fix: "none if it is as good; compare rows removed and buffers",
    parameters: []
  ) { comparison, settings in
    guard let baseline = comparison.baseline else { return [] }
    return comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access.usesIndex, pair.current.access.usesIndex,
        baseline.indexDefinitions(pair.baseline) != comparison.current.indexDefinitions(pair.current)
      else { return nil }
      var finding = Finding(
        rule: "index-changed", severity: settings.severity, scan: pair.current,
        message:
          "\(pair.current.identity.description): \(pair.baseline.accessDescription) -> \(pair.current.accessDescription)"
      )
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }

  /// An Index Only Scan that visits the table after all, or became an Index Scan.
  static let indexOnlyHeapFetches = Rule(
    id: "index-only-heap-fetches", defaultSeverity: .warn, isHeadline: false,
    summary: "an Index Only Scan visits the table, or is one no longer",
    fix: "an index that covers the columns (INCLUDE); in production, VACUUM",
    parameters: [
      .number("ratio", 0.1, minimum: 0, "heap fetches for each row"),
      .number("floor", 100, minimum: 0, "heap fetches that there must be"),
    ]
  ) { comparison, settings in
    comparison.matching.pairs.compactMap { pair in
      guard pair.baseline.access == .indexOnlyScan, !pair.current.node.isNeverExecuted else { return nil }
      var message = "\(pair.current.identity.description): "
      if pair.current.access == .indexScan || pair.current.access == .bitmapHeapScan {
        message +=
          "\(pair.baseline.accessDescription) -> \(pair.current.accessDescription): the table is visited for each row"
      } else {
        let (before, now) = (
          pair.baseline.node.number("Heap Fetches") ?? 0, pair.current.node.number("Heap Fetches") ?? 0
        )
        let rows = pair.current.node.totalActualRows ?? 0
        guard now > before, now >= settings.number("floor"), now > settings.number("ratio") * rows else { return nil }
        message +=
          "\(Figures.grouped(now)) heap fetches for \(Figures.grouped(rows)) rows, \(Figures.grouped(before)) in the baseline"
      }
      var finding = Finding(
        rule: "index-only-heap-fetches", severity: settings.severity, scan: pair.current, message: message)
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }

  /// A bitmap that did not fit into work_mem, so that whole pages are checked again.
  static let lossyBitmap = Rule(
    id: "lossy-bitmap", defaultSeverity: .warn, isHeadline: false,
    summary: "a bitmap became lossy and whole pages are checked again",
    fix: "more work_mem, or an index that finds fewer rows",
    parameters: []
  ) { comparison, settings in
    comparison.matching.pairs.compactMap { pair in
      let lossy = pair.current.node.number("Lossy Heap Blocks") ?? 0
      guard lossy > 0, (pair.baseline.node.number("Lossy Heap Blocks") ?? 0) == 0
      else { return nil }
      var finding = Finding(
        rule: "lossy-bitmap", severity: settings.severity, scan: pair.current,
        message: "\(pair.current.identity.description): \(Figures.grouped(lossy)) lossy blocks, none in the baseline")
      finding.baselinePath = pair.baseline.path
      return finding
    }
  }
}

extension Scan {
  /// Rows that the scan looked at, over all loops; estimated where it did not run.
  var examinedRows: Double { (node.totalActualRows ?? node.planRows) + node.totalRemovedRows }

  /// The conditions that lead it through its indexes.
  fileprivate var indexConditions: [String] {
    var conditions = node.text("Index Cond").map { [$0] } ?? []
    func collect(_ node: PlanNode) {
      for child in node.inputs {
        if let condition = child.text("Index Cond") { conditions.append(condition) }
        collect(child)
      }
    }
    if access == .bitmapHeapScan { collect(node) }
    return conditions
  }
}

extension Observation {
  /// The definitions of a scan's indexes; the name where the definition is not known.
  func indexDefinitions(_ scan: Scan) -> Set<String> {
    Set(scan.indexNames.map { facts[scan.relation]?.index(named: $0)?.definition ?? $0 })
  }

  /// The columns of its relation that lead a scan through its indexes.
  func indexColumns(_ scan: Scan) -> Set<String> {
    Set(scan.indexConditions.flatMap { columns(in: $0, of: scan) })
  }

  func filteredColumns(_ scan: Scan) -> Set<String> { scan.node.text("Filter").map { columns(in: $0, of: scan) } ?? [] }

  /// The columns that a condition names. In a Bitmap Index Scan's they stand without the alias.
  private func columns(in condition: String, of scan: Scan) -> Set<String> {
    let known = Set(facts.columns(of: scan.relation).map(\.name))
    var names: Set<String> = []
    for word in conditionWords(condition) where !known.isEmpty ? known.contains(word) : word != "AND" && word != "OR" {
      names.insert(word)
    }
    return names
  }
}

/// The names in a condition: the last part of each dotted word, quotes removed, texts left out.
private func conditionWords(_ condition: String) -> [String] {
  var words: [String] = []
  var word = ""
  var quote: Character?
  for character in condition {
    if let open = quote {
      if character == open { quote = nil } else if open == "\"" { word.append(character) }
    } else if character == "'" || character == "\"" {
      quote = character
    } else if character.isLetter || character.isNumber || character == "_" || character == "$" {
      word.append(character)
    } else {
      // What stands before a dot is the alias.
      if character != ".", !word.isEmpty { words.append(word) }
      word = ""
    }
  }
  if !word.isEmpty { words.append(word) }
  return words
}
