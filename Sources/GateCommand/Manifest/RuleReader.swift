import JSON
import OperatingSystem
import PlanCore
import YAML

/// Reads `rules:` and `waive:`.
struct RuleReader {
  let source: ManifestSource

  static let waiverKeys = ["rule", "relation", "alias", "reason", "until"]

  /// - Parameter base: the settings that hold unless the mapping says otherwise.
  func settings(_ node: YAMLNode?, over base: [String: RuleSettings]) throws(Diagnostic) -> [String: RuleSettings] {
    guard let node else { return base }
    let fields = try source.mapping(node, "'rules'", keys: Rule.all.map(\.id))
    var settings = base
    for rule in Rule.all {
      guard let node = fields[rule.id] else { continue }
      settings[rule.id] = try self.settings(node, of: rule, over: base[rule.id] ?? RuleSettings(rule))
    }
    return settings
  }

  private func settings(
    _ node: YAMLNode, of rule: Rule, over base: RuleSettings
  ) throws(Diagnostic) -> RuleSettings {
    var settings = base
    if node.mapping == nil {
      settings.severity = try severity(node)
      return settings
    }
    let fields = try source.mapping(node, "'\(rule.id)'", keys: ["severity"] + rule.parameters.map(\.name))
    if let node = fields["severity"] { settings.severity = try severity(node) }
    for parameter in rule.parameters {
      guard let node = fields[parameter.name] else { continue }
      let text = try source.text(node, "'\(parameter.name)'")
      switch parameter.defaultValue {
      case .number:
        guard let number = Double(text), number.isFinite, number >= parameter.minimum else {
          throw source.error(
            "'\(parameter.name)' must be a number of at least \(JSON.numberText(parameter.minimum))", at: node)
        }
        settings.values[parameter.name] = .number(number)
      case .word:
        guard parameter.words.contains(text) else {
          throw source.error(
            "'\(parameter.name)' is \(parameter.words.joined(separator: " or ")), not '\(text)'", at: node)
        }
        settings.values[parameter.name] = .word(text)
      case .flag:
        guard text == "true" || text == "false" else {
          throw source.error("'\(parameter.name)' must be true or false", at: node)
        }
        settings.values[parameter.name] = .flag(text == "true")
      }
    }
    return settings
  }

  private func severity(_ node: YAMLNode) throws(Diagnostic) -> Severity {
    let text = try source.text(node, "a severity")
    guard let severity = Severity(rawValue: text) else {
      throw source.error("a severity is fail, warn or off, not '\(text)'", at: node)
    }
    return severity
  }

  func waivers(_ node: YAMLNode?) throws(Diagnostic) -> [Waiver] {
    guard let node else { return [] }
    var waivers: [Waiver] = []
    for node in try source.sequence(node, "'waive'") {
      let fields = try source.mapping(node, "a waiver", keys: RuleReader.waiverKeys)
      let ruleNode = try fields.required("rule", of: "a waiver")
      let rule = try source.text(ruleNode, "'rule'")
      let ids = Rule.all.map(\.id) + [Rule.timeoutID]
      guard ids.contains(rule) else {
        throw source.error("unknown rule '\(rule)'\(suggestion(for: rule, among: ids))", at: ruleNode)
      }
      let reasonNode = try fields.required("reason", of: "a waiver")
      let reason = try source.text(reasonNode, "'reason'")
      if reason.allSatisfy(\.isWhitespace) { throw source.error("'reason' must say why", at: reasonNode) }
      let until = try fields.text("until")
      if let until, let node = fields["until"], !isDay(until) {
        throw source.error("'until' must be a day such as 2027-06-30, not '\(until)'", at: node)
      }
      waivers.append(
        Waiver(
          rule: rule, relation: try fields.text("relation"), alias: try fields.text("alias"), reason: reason,
          until: until, line: node.mark.line))
    }
    return waivers
  }

  private func isDay(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.allSatisfy("0123456789-".utf8.contains), parts.map(\.count) == [4, 2, 2], let year = Int(parts[0]),
      let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month)
    else { return false }
    let isLeap = year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
    let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1...days[month - 1]).contains(day)
  }
}
