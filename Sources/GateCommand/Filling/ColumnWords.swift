/// The words of a column's name, which tell what its values are like in real data.
struct ColumnWords {
  let words: [String]

  /// `userName` and `user_name` are two words.
  init(_ name: String) {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for character in name {
      if character.isUppercase, wasLower {
        words.append(word)
        word = ""
      }
      if character.isLetter || character.isNumber {
        word += character.lowercased()
      } else {
        words.append(word)
        word = ""
      }
      wasLower = character.isLowercase || character.isNumber
    }
    self.words = (words + [word]).filter { !$0.isEmpty }
  }

  /// Whether one of the words, or the last of them, is one of these.
  func has(_ wanted: String...) -> Bool { words.contains { wanted.contains($0) } }

  func ends(_ wanted: String...) -> Bool { words.last.map { wanted.contains($0) } ?? false }

  /// Whether it names another row: `customer_id` without a foreign key.
  var isReference: Bool { words.count > 1 && ends("id", "uuid", "key", "ref") }

  /// How often a row has no value, from 0 to 1, where that is allowed.
  var shareOfNulls: Double {
    if has("deleted", "archived", "cancelled", "canceled", "revoked", "banned", "locked", "blocked", "failed", "error")
    {
      return 0.95
    }
    if has("created", "inserted", "email", "name", "title") { return 0.02 }
    return ends("at", "on") || has("date", "until", "end", "ends") ? 0.3 : 0.1
  }
}
