/// The text form of PostgreSQL's arrays, such as `{1,NULL,"a \"b\""}`.
enum ArrayText {
  /// The elements of an array with one dimension; nil for NULL among them.
  ///
  /// - Returns: nil if the text is not such an array.
  static func elements(_ text: String) -> [String?]? {
    var rest = Substring(text).unicodeScalars
    guard rest.popFirst() == "{" else { return nil }
    if rest.first == "}" { return rest.count == 1 ? [] : nil }
    var elements: [String?] = []
    while true {
      guard let element = element(&rest) else { return nil }
      elements.append(element.text)
      switch rest.popFirst() {
      case ",": continue
      case "}": return rest.isEmpty ? elements : nil
      default: return nil
      }
    }
  }

  private static func element(_ rest: inout Substring.UnicodeScalarView) -> (text: String?, Void)? {
    var text = String.UnicodeScalarView()
    let isQuoted = rest.first == "\""
    if isQuoted { rest.removeFirst() }
    while let scalar = rest.first {
      if isQuoted, scalar == "\"" {
        rest.removeFirst()
        return (String(text), ())
      }
      if !isQuoted, scalar == "," || scalar == "}" {
        guard !text.isEmpty else { return nil }
        let word = String(text)
        return (word.uppercased() == "NULL" ? nil : word, ())
      }
      if !isQuoted, scalar == "{" || scalar == "\"" { return nil }
      rest.removeFirst()
      if scalar == "\\" {
        guard let escaped = rest.popFirst() else { return nil }
        text.append(escaped)
      } else {
        text.append(scalar)
      }
    }
    return nil
  }

  /// The text of an array with these elements.
  static func text(_ elements: [String?]) -> String {
    let parts = elements.map { element -> String in
      guard let element else { return "NULL" }
      let isPlain =
        !element.isEmpty && element.uppercased() != "NULL"
        && element.unicodeScalars.allSatisfy { scalar in
          scalar.isASCII && scalar.value > 0x20 && !"{}\",\\".unicodeScalars.contains(scalar)
        }
      if isPlain { return element }
      return "\""
        + element.unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
    return "{" + parts.joined(separator: ",") + "}"
  }
}
