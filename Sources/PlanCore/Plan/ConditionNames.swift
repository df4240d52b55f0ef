/// The names in a condition: the last part of each dotted word, quotes removed, texts left out.
///
/// - Parameter withTypes: whether the names of types count, as in `::text`.
func namesInCondition(_ condition: some StringProtocol, withTypes: Bool = true) -> [String] {
  var names: [String] = []
  var name = ""
  var quote: Character?
  var isType = false
  func end(before character: Character?) {
    // The word before a dot is the alias.
    if character != ".", !name.isEmpty, withTypes || !isType { names.append(name) }
    if !name.isEmpty { isType = false }
    name = ""
  }
  for character in condition {
    if let open = quote {
      if character == open { quote = nil } else if open == "\"" { name.append(character) }
    } else if character == "'" || character == "\"" {
      quote = character
    } else if character.isLetter || character.isNumber || character == "_" || character == "$" {
      name.append(character)
    } else {
      end(before: character)
      if character == ":" { isType = true }
    }
  }
  end(before: nil)
  return names
}
