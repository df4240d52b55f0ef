/// The function that ran a statement, read from the context of a server's message.
struct InnerCaller: Equatable {
  /// As the server writes it: `app.f(integer)` of PL/pgSQL, `f` of other languages.
  let description: String
  /// Its name alone, without quotes.
  let name: String

  /// Reads the innermost function; nil where the server itself ran the statement.
  ///
  /// A context has a line for each level, but names and statements may have line breaks themselves:
  ///
  ///     SQL statement "SELECT …"
  ///     PL/pgSQL function app.f(integer) line 3 at SQL statement
  ///     SQL function "f" statement 1
  ///
  /// - Parameter statement: the statement's text, whose own lines could read like these.
  init?(context: String, statement: String) {
    var rest = context[...]
    if let start = rest.firstRange(of: " \"")?.upperBound, rest[start...].hasPrefix(statement) {
      rest = rest[rest.index(start, offsetBy: statement.count)...]
    }
    while !rest.isEmpty {
      let words = rest.prefix { $0 != "\n" }.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
      if words.count == 3, words[1] == "function" {
        // The name may go on beyond the line.
        let text = rest[words[2].startIndex...]
        (description, name) =
          text.first == "\"" && words[0] != "PL/pgSQL" ? InnerCaller.plain(text) : InnerCaller.signature(text)
        return
      }
      rest = rest.drop { $0 != "\n" }.dropFirst()
    }
    return nil
  }

  /// A name in quotes, as it is.
  private static func plain(_ text: Substring) -> (description: String, name: String) {
    let text = text.dropFirst()
    var end = text.startIndex
    while let quote = text[end...].firstIndex(of: "\"") {
      end = quote
      let after = text[text.index(after: quote)...]
      if after.isEmpty || [" statement ", " during ", "\n"].contains(where: after.hasPrefix) { break }
      end = text.index(after: quote)
    }
    return (String(text[..<end]), String(text[..<end]))
  }

  /// A signature of quoted identifiers, which ends with the first space outside of quotes and parentheses.
  private static func signature(_ text: Substring) -> (description: String, name: String) {
    var (name, isQuoted, depth) = ("", false, 0)
    var end = text.startIndex
    while end < text.endIndex {
      let character = text[end]
      if !isQuoted, depth == 0, character == " " || character == "\n" { break }
      let next = text.index(after: end)
      switch character {
      case "\"" where isQuoted && next < text.endIndex && text[next] == "\"":
        if depth == 0 { name.append(character) }
        end = next
      case "\"": isQuoted.toggle()
      case "(" where !isQuoted: depth += 1
      case ")" where !isQuoted: depth -= 1
      case "." where !isQuoted && depth == 0: name = ""
      default: if depth == 0 { name.append(character) }
      }
      end = text.index(after: end)
    }
    return (String(text[..<end]), name)
  }
}
