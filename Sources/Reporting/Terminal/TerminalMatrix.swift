package import PlanCore

extension TerminalReport {
  /// The verdicts of a run on several servers: one line per case, one column per server.
  ///
  /// 15.18      16.14      18.4
  ///     orders_by_customer       ok         ok         FAIL
  package static func matrix(_ outcome: RunOutcome, style: TerminalStyle) -> String {
    var servers: [String] = []
    var names: [String] = []
    var words: [String: [String: (word: String, ink: Ink)]] = [:]
    for item in outcome.cases {
      let server = item.server?.text ?? ""
      if !servers.contains(server) { servers.append(server) }
      if words[item.name] == nil { names.append(item.name) }
      words[item.name, default: [:]][server] = (
        word(item, isStrict: outcome.isStrict), ink(item, isStrict: outcome.isStrict)
      )
    }
    let nameWidth = nameWidth(names, style: style)
    let heads = servers.map(\.visible)
    let width = max(9, heads.map(\.columns).max() ?? 0)
    var lines = [
      String(repeating: " ", count: nameWidth + 2) + heads.map { $0.padded(to: width) }.joined(separator: "  ")
    ]
    for name in names {
      let cells = servers.map { server in
        // A server that could not be reached has no verdicts.
        let cell = words[name]?[server] ?? ("-", .dim)
        return style.painted(cell.word.padded(to: width), cell.ink)
      }
      lines.append(name.visible.padded(to: nameWidth) + "  " + cells.joined(separator: "  "))
    }
    return lines.joinedLines
  }
}
