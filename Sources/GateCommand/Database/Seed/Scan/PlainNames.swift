/// The variables of a PL/pgSQL body that are declared as numbers, dates and the like.
struct PlainNames {
  private var names: Set<String> = []
  private var others: Set<String> = []

  static let types: Set<String> = [
    "int", "int2", "int4", "int8", "integer", "bigint", "smallint", "numeric", "real", "double", "date", "time",
    "timestamp", "timestamptz", "interval", "bool", "boolean", "uuid", "oid",
  ]

  init(_ body: UnsafeRawBufferPointer) {
    var lexer = SQLLexer(body, isScript: false)
    var previous: String?
    /// The variable of a FOR whose range is being read.
    var loop: String?
    while let token = lexer.next() {
      guard token.kind == .word else {
        if token.isSymbol("."), let name = loop, lexer.at < body.count, body[lexer.at] == UInt8(ascii: ".") {
          names.insert(name)
          loop = nil
        }
        previous = nil
        continue
      }
      let word = lexer.lowercased(token.range)
      switch word {
      case "in" where previous != nil && isAfterFor: loop = previous
      case "loop": loop = nil
      default:
        if let previous, previous != "for" {
          if PlainNames.types.contains(word) {
            names.insert(previous)
          } else if PlainNames.textTypes.contains(word) {
            others.insert(previous)
          }
        }
      }
      isAfterFor = previous == "for"
      previous = word
    }
  }

  private var isAfterFor = false
  /// A name declared with one of these types is not plain, whatever another block declares.
  private static let textTypes: Set<String> = [
    "text", "varchar", "char", "character", "name", "record", "json", "jsonb",
  ]

  /// - Parameter name: a name in lower case.
  func contains(_ name: String) -> Bool { names.contains(name) && !others.contains(name) }
}
