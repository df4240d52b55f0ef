import OperatingSystem
import YAML

/// A YAML file that is being read; it turns positions into errors.
struct ManifestSource: Sendable {
  let file: String
  let text: String

  func error(_ message: String, at node: YAMLNode) -> Diagnostic {
    Diagnostic(message, file: file, mark: node.mark, source: text)
  }

  func mapping(_ node: YAMLNode, _ what: String, keys: [String]) throws(Diagnostic) -> ManifestFields {
    var mistakes = Mistakes()
    let fields = try mapping(node, what, keys: keys, &mistakes)
    try mistakes.check()
    return fields
  }

  /// - Parameter mistakes: collects the unknown keys; only a node that is not a mapping is thrown as an error.
  func mapping(
    _ node: YAMLNode, _ what: String, keys: [String], _ mistakes: inout Mistakes
  ) throws(Diagnostic) -> ManifestFields {
    guard let entries = node.mapping else { throw error("\(what) must be a mapping", at: node) }
    for entry in entries {
      let key = entry.key.scalarText ?? ""
      if !keys.contains(key) {
        mistakes.add(error("unknown key '\(key)'\(suggestion(for: key, among: keys))", at: entry.key))
      }
    }
    return ManifestFields(source: self, node: node)
  }

  func text(_ node: YAMLNode, _ what: String) throws(Diagnostic) -> String {
    guard let text = node.scalarText, !node.isNull else { throw error("\(what) must be text", at: node) }
    // Neither a C string nor PostgreSQL can hold a NUL character.
    if text.unicodeScalars.contains("\0") { throw error("\(what) holds a NUL character", at: node) }
    return text
  }

  /// The name of a role.
  ///
  /// PostgreSQL would truncate a longer one and then not find it.
  func role(_ node: YAMLNode, _ what: String) throws(Diagnostic) -> String {
    let role = try text(node, what)
    if role.isEmpty { throw error("\(what) must have a name; this one is empty", at: node) }
    if role.utf8.count > 63 { throw error("the name of \(what) is longer than 63 bytes", at: node) }
    return role
  }

  func sequence(_ node: YAMLNode, _ what: String) throws(Diagnostic) -> [YAMLNode] {
    guard let elements = node.sequence else { throw error("\(what) must be a sequence", at: node) }
    return elements
  }

  /// The names and values of a mapping whose keys are the user's own.
  func texts(_ node: YAMLNode, _ what: String) throws(Diagnostic) -> [(key: YAMLNode, name: String, value: String)] {
    guard let entries = node.mapping else { throw error("\(what) must be a mapping", at: node) }
    var pairs: [(key: YAMLNode, name: String, value: String)] = []
    for entry in entries {
      let name = entry.key.scalarText ?? ""
      pairs.append((entry.key, name, try text(entry.value, "'\(name)'")))
    }
    return pairs
  }

  /// The files, all of which must be regular ones or links to them.
  ///
  /// The contents of a pipe or a device are gone when it is read again, or never end.
  func regularFiles(_ paths: [String], at node: YAMLNode) throws(Diagnostic) -> [String] {
    for path in paths {
      // A link in a directory may be broken.
      guard let kind = FileKind(path), kind != .regular else { continue }
      throw error("\(path) is \(kind.description), not a file", at: node)
    }
    return paths
  }

  /// The name of a query or a case.
  func identifier(_ node: YAMLNode, _ what: String) throws(Diagnostic) -> String {
    let text = try text(node, what)
    guard isIdentifier(text) else {
      throw error("\(what) '\(text)' must match [A-Za-z0-9][A-Za-z0-9._-]*", at: node)
    }
    return text
  }
}

func isIdentifier(_ text: String) -> Bool {
  func isAlphanumeric(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber)
  }
  return text.first.map(isAlphanumeric) ?? false
    && text.allSatisfy { isAlphanumeric($0) || $0 == "." || $0 == "_" || $0 == "-" }
}

/// A mapping whose keys were checked against the known ones.
struct ManifestFields {
  let source: ManifestSource
  let node: YAMLNode

  subscript(key: String) -> YAMLNode? { node[key] }

  func required(_ key: String, of what: String) throws(Diagnostic) -> YAMLNode {
    guard let value = node[key] else { throw source.error("\(what) needs the key '\(key)'", at: node) }
    return value
  }

  func text(_ key: String) throws(Diagnostic) -> String? {
    guard let value = node[key] else { return nil }
    return try source.text(value, "'\(key)'")
  }

  func sequence(_ key: String) throws(Diagnostic) -> [YAMLNode] {
    guard let value = node[key] else { return [] }
    return try source.sequence(value, "'\(key)'")
  }
}
