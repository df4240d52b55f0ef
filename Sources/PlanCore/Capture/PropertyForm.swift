import JSON

/// The check of a node's properties: whether a server can have printed these values.
enum PropertyForm {
  /// The problem with the properties of a node; nil if a server can have printed them.
  static func problem(of node: PlanNode) -> String? {
    var keys: Set<String> = []
    for property in node.properties {
      guard keys.insert(property.key).inserted else { return "'\(property.key)' appears twice" }
      guard isWhole(property, of: node) else { return "the value of '\(property.key)' is damaged" }
    }
    return nil
  }

  private static func isWhole(_ property: JSONMember, of node: PlanNode) -> Bool {
    let (key, value) = (property.key, property.value)
    // An extension words its own keys as it likes.
    if node.nodeType == "Custom Scan" { return true }
    switch ExplainKey.values(of: key) {
    case .number: return value.numberValue.map { $0 >= 0 } ?? false
    case .flag: if case .bool = value { return true } else { return false }
    case .words(let words): return value.stringValue.map(words.contains) ?? false
    case .expression: return value.stringValue.map(isExpression) ?? false
    case .any: return value.stringValue.map { !endsAsNode($0) } ?? true
    }
  }

  /// Whether brackets and quotes of an expression close, as the server prints it: in a quoted text or name the quote
  /// itself is doubled.
  private static func isExpression(_ text: String) -> Bool {
    var open: [UInt8] = []
    var quote: UInt8?
    for byte in text.utf8 {
      if let current = quote {
        if byte == current { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): quote = byte
      case UInt8(ascii: "("): open.append(UInt8(ascii: ")"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: ")"), UInt8(ascii: "]"): if open.popLast() != byte { return false }
      default: break
      }
    }
    return quote == nil && open.isEmpty && !endsAsNode(text)
  }

  /// Whether a value ends with the figures of a node: then its line had lost its line feed and took the next one in.
  ///
  /// In a text or a name of an expression a quote would follow.
  private static func endsAsNode(_ text: String) -> Bool {
    guard text.utf8.last == UInt8(ascii: ")"), let head = text[...].before(last: "  (cost=") else { return false }
    return text[head.endIndex...].utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
      default: " =.()-+".utf8.contains(byte)
      }
    } && text[...].parts(at: "-> ") != nil
  }
}
