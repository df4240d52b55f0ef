import JSON

extension Plan {
  /// The plan with the names of parameters for their values in conditions: `(id = $1)` for `(id = 42)`.
  ///
  /// Values that come from the database may be others after each seed, and a baseline must not change with them.
  ///
  /// - Parameter names: the parameters' names, by their values.
  package func naming(_ names: [String: String]) -> Plan {
    if names.isEmpty { return self }
    var plan = self
    plan.root = root.naming(names)
    return plan
  }
}

extension PlanNode {
  /// Expressions that are no conditions.
  private static let expressions = ["Sort Key", "Presorted Key", "Group Key", "Cache Key", "Function Call"]

  fileprivate func naming(_ names: [String: String]) -> PlanNode {
    var node = self
    node.properties = properties.map { property in
      guard ExplainKey.role(of: property.key) == .condition || PlanNode.expressions.contains(property.key) else {
        return property
      }
      return JSONMember(property.key, property.value.naming(names))
    }
    node.children = children.map { $0.naming(names) }
    return node
  }
}

extension JSON {
  fileprivate func naming(_ names: [String: String]) -> JSON {
    switch self {
    case .string(let text):
      var values = NamedValues(text, names)
      return .string(values.text())
    case .array(let elements): return .array(elements.map { $0.naming(names) })
    default: return self
    }
  }
}

/// Reads an expression as EXPLAIN prints it: its literals are numbers and texts in single quotes, doubled inside.
private struct NamedValues {
  private let bytes: [UInt8]
  private let names: [String: String]
  private var position = 0
  private var output: [UInt8] = []

  init(_ text: String, _ names: [String: String]) {
    bytes = Array(text.utf8)
    self.names = names
  }

  mutating func text() -> String {
    while position < bytes.count {
      let start = position
      switch bytes[start] {
      case UInt8(ascii: "'"):
        let value = quoted(UInt8(ascii: "'"))
        append(start, unescaped(value, isEscaped: start > 0 && bytes[start - 1] == UInt8(ascii: "E")))
      case UInt8(ascii: "\""):
        _ = quoted(UInt8(ascii: "\""))
        output += bytes[start..<position]
      case let byte where isWord(byte):
        while position < bytes.count, isWord(bytes[position]) || isDecimalPoint { position += 1 }
        append(start, isDigit(byte) ? String(decoding: bytes[start..<position], as: UTF8.self) : nil)
      default:
        output.append(bytes[start])
        position += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Adds a token, or the name of the parameter with its value.
  private mutating func append(_ start: Int, _ value: String?) {
    guard let name = value.flatMap({ names[$0] }) else {
      output += bytes[start..<position]
      return
    }
    if bytes[start] == UInt8(ascii: "'"), output.last == UInt8(ascii: "E") { output.removeLast() }
    output += name.utf8
  }

  private mutating func quoted(_ quote: UInt8) -> ArraySlice<UInt8> {
    let start = position + 1
    position = start
    while position < bytes.count {
      if bytes[position] != quote {
        position += 1
      } else if position + 1 < bytes.count, bytes[position + 1] == quote {
        position += 2
      } else {
        break
      }
    }
    defer { position = min(position + 1, bytes.count) }
    return bytes[start..<min(position, bytes.count)]
  }

  private func unescaped(_ value: ArraySlice<UInt8>, isEscaped: Bool) -> String {
    let text = String(decoding: value, as: UTF8.self).replacing("''", with: "'")
    return isEscaped ? text.replacing("\\\\", with: "\\") : text
  }

  /// Whether a point between digits comes next.
  private var isDecimalPoint: Bool {
    bytes[position] == UInt8(ascii: ".") && position > 0 && isDigit(bytes[position - 1])
      && position + 1 < bytes.count && isDigit(bytes[position + 1])
  }

  private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  private func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "$") || byte >= 0x80
  }
}
