import PlanCore

extension HTMLCase {
  /// The case as text, for a browser that runs no scripts.
  var plainText: String {
    let text = CaseText(outcome: outcome, style: TerminalStyle(isColored: false, width: 110), isBrief: true)
    var blocks: [[String]] = []
    if outcome.verdict == .unchecked { blocks.append(text.reasonLines) }
    if outcome.verdict == .new { blocks.append(text.newnessLines) }
    blocks.append(text.remarkLines)
    blocks.append(text.findingLines(outcome.findings) + text.changeLines + text.fixLines)
    blocks += [text.planLines, text.totalLines]
    if let sql = outcome.sql { blocks.append(sql.visibleLines.map { "  " + $0 }) }
    if !outcome.parameters.isEmpty {
      blocks.append(outcome.parameters.map { "  \($0.name) = \($0.value ?? "NULL")".visible })
    }
    if isFailed { blocks.append(text.commandLines(manifest: run.manifest)) }
    blocks.removeAll(where: \.isEmpty)
    let history = HTMLHistory(self).map { "\n\($0.figure)" } ?? ""
    let place = outcome.place.map { "<p>\(HTMLText.content($0))</p>" } ?? ""
    return """
      <article\(HTMLText.attribute("id", fragment)) class="plain">
      <h2>\(HTMLText.content("\(outcome.verdict.rawValue): \(run.label(outcome))"))</h2>\(place)
      <pre>\(HTMLText.lines(Array(blocks.joined(separator: [""])).joinedLines))</pre>\(history)
      </article>
      """
  }
}
