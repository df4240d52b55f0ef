import JSON
import OperatingSystem
import PlanCore
import YAML

/// Reads `rules:` and `waive:`.
struct RuleReader {
  let source: ManifestSource

  static let waiverKeys = ["rule", "relation", "alias", "reason", "until"]

  /// - Parameters:
  ///   - base: the settings of rules and keys that the mapping does not name.
  ///   - others: the ids of rules that the mapping may have and that are read elsewhere.
  func settings(
    _ node: YAMLNode?, over base: [String: RuleSettings], beside others: [String] = []
  ) throws(Diagnostic) -> [String: RuleSettings] {
    guard let node else { return base }
    let fields = try source.mapping(node, "'rules'", keys: Rule.all.map(\.id) + others)
    var settings = base
    for rule in Rule.all {
      guard let node = fields[rule.id] else { continue }
      settings[rule.id] = try self.settings(
        node, of: rule.id, rule.parameters, over: base[rule.id] ?? RuleSettings(rule))
    }
    return settings
  }

  /// The settings of the rules on migrations.
  func migrationSettings(_ node: YAMLNode?) throws(Diagnostic) -> [String: RuleSettings] {
    var settings: [String: RuleSettings] = [:]
    for rule in MigrationRule.all {
      guard let node = node?[rule.id] else { continue }
      settings[rule.id] = try self.settings(node, of: rule.id, rule.parameters, over: RuleSettings(severity: .fail))
    }
    return settings
  }

  private func settings(
    _ node: YAMLNode, of id: String, _ parameters: [Rule.Parameter], over base: RuleSettings
  ) throws(Diagnostic) -> RuleSettings {
    var settings = base
    if node.mapping == nil {
      settings.severity = try severity(node)
      return settings
    }
    let fields = try source.mapping(node, "'\(id)'", keys: ["severity"] + parameters.map(\.name))
    if let node = fields["severity"] { settings.severity = try severity(node) }
    for parameter in parameters {
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
      let day = until.flatMap(Day.init)
      if let until, day == nil, let node = fields["until"] {
        throw source.error("'until' must be a day such as 2027-06-30, not '\(until)'", at: node)
      }
      waivers.append(
        Waiver(
          rule: rule, relation: try fields.text("relation"), alias: try fields.text("alias"), reason: reason,
          until: day, line: node.mark.line))
    }
    return waivers
  }
}
