import Postgres
import YAML

extension ManifestSource {
  func settings(_ node: YAMLNode, isSession: Bool) throws(Diagnostic) -> [String: String] {
    var settings: [String: String] = [:]
    for (key, name, value) in try texts(node, "'settings'") {
      let isName =
        name.first.map { $0.isASCII && ($0.isLetter || $0 == "_") } ?? false
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "$") }
      let lower = name.lowercased()
      // In postgresql.conf these three read another file.
      guard isName, !["include", "include_dir", "include_if_exists"].contains(lower) else {
        throw error("'\(name)' is not the name of a setting", at: key)
      }
      if lower == "timezone", !isSession {
        throw error("set the time zone with the key 'timezone:' of the manifest", at: key)
      }
      if lower == "role", isSession { throw error("set the role with the key 'role:'", at: key) }
      // People paste production's settings; a value that is plangate's own changes nothing.
      if ServerConfiguration.ownSpellings(of: lower).contains(where: { $0.lowercased() == value.lowercased() }) {
        continue
      }
      guard ServerConfiguration.ownSettings[lower] == nil, !lower.hasPrefix("plangate.") else {
        throw error(
          "'\(name)' is set by plangate itself, to keep plans repeatable and the server private"
            + (ServerConfiguration.ownSpellings(of: lower).first.map { "; only '\($0)' is accepted" } ?? ""), at: key)
      }
      guard settings.updateValue(value, forKey: lower) == nil else {
        throw error("the setting '\(name)' appears twice", at: key)
      }
    }
    return settings
  }

  func timeout(_ node: YAMLNode) throws(Diagnostic) -> Int {
    let text = try text(node, "'timeout'")
    let number = text.prefix { $0.isNumber || $0 == "." }
    let factors: [String: Double] = ["": 1000, "ms": 1, "s": 1000, "min": 60_000]
    guard let value = Double(String(number)), let factor = factors[text.dropFirst(number.count).trimmingBlanks],
      value * factor >= 1, value * factor < 86_400_000
    else { throw error("'timeout' must be a time such as 30s, 500ms or 2min", at: node) }
    return Int((value * factor).rounded())
  }

  func choice(_ node: YAMLNode?, _ key: String, _ words: [String]) throws(Diagnostic) -> String? {
    guard let node else { return nil }
    let text = try text(node, "'\(key)'")
    guard words.contains(text) else {
      throw error("'\(key)' is \(words.joined(separator: " or ")), not '\(text)'", at: node)
    }
    return text
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String { String(drop { $0 == " " }) }
}
