import JSON

extension Plan {
  /// The names of the SubPlans that some expression reads through a hash table: `SubPlan 1` for `(hashed SubPlan 1)`.
  var hashedSubplans: Set<Substring> {
    var names: Set<Substring> = []
    root.forEachNode { node, _ in
      for property in node.properties { collect(property.value, into: &names) }
    }
    return names
  }

  private func collect(_ value: JSON, into names: inout Set<Substring>) {
    switch value {
    case .string(let text):
      for piece in text[...].pieces(between: "hashed ").dropFirst() {
        guard let name = piece.dropping(prefix: "SubPlan ") else { continue }
        let number = name.utf8.prefix { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
          default: false
          }
        }
        names.insert(piece[..<number.endIndex])
      }
    case .array(let elements): for element in elements { collect(element, into: &names) }
    case .object(let members): for member in members { collect(member.value, into: &names) }
    case .null, .bool, .number: break
    }
  }
}
