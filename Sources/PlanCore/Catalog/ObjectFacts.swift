/// A view or a function, attribute by attribute.
package struct ObjectFacts: Hashable, Sendable {
  /// The attributes that are not the default; long ones as fingerprints.
  package var attributes: [String: String]

  package init(attributes: [String: String]) { self.attributes = attributes }

  /// The attribute that holds the fingerprint of a body.
  package static let body = "body"

  /// Attributes whose values say what they are: `STABLE`, `PARALLEL SAFE`.
  static let words: Set<String> = ["volatility", "parallel", "leakproof", "security", "strict"]

  /// The value of an attribute that is not recorded because it is the default; nil where there is none.
  static func defaultValue(of attribute: String) -> String? {
    switch attribute {
    case "volatility": "VOLATILE"
    case "parallel": "PARALLEL UNSAFE"
    case "leakproof": "NOT LEAKPROOF"
    case "security": "SECURITY INVOKER"
    case "strict": "CALLED ON NULL INPUT"
    case "security_barrier", "security_invoker": "false"
    default: nil
    }
  }

  /// The names of the attributes that differ, those that matter most first.
  func changes(to other: ObjectFacts) -> [String] {
    let names = Set(attributes.keys).union(other.attributes.keys).filter { attributes[$0] != other.attributes[$0] }
    let order = ["language", "volatility", "strict", "security", "security_barrier", "security_invoker", "parallel"]
    return names.sorted { a, b in
      (order.firstIndex(of: a) ?? order.count, a) < (order.firstIndex(of: b) ?? order.count, b)
    }
  }
}
