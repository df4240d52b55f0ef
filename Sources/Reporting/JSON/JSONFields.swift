import JSON
import PlanCore

/// The reason a text is not a report that can be read.
package struct ReportError: Error, Equatable, Sendable {
  package let message: String
  /// Whether the file is complete but has a format that a newer plangate wrote.
  package var isNewerFormat = false

  init(_ message: String) { self.message = message }
}

/// An object of a report that is being read, with its position.
///
/// A missing key is an error, never a default.
struct JSONFields {
  /// The position, such as `cases[2].findings[0]`.
  let place: String
  private let members: [JSONMember]
  /// The index of each key.
  private let positions: [String: Int]

  init(_ json: JSON, at place: String) throws(ReportError) {
    guard case .object(let members) = json else { throw ReportError("\(place) is not an object") }
    self.members = members
    self.place = place
    positions = Dictionary(members.enumerated().map { ($1.key, $0) }) { $1 }
    // plangate writes no key twice, and JSON readers differ on which one counts.
    guard positions.count == members.count else {
      let key = members.enumerated().first { positions[$1.key] != $0 }?.element.key ?? ""
      throw ReportError("\(place) has the key '\(key)' twice")
    }
  }

  subscript(key: String) -> JSON? { positions[key].map { members[$0].value } }

  func wrong(_ key: String, _ what: String) -> ReportError { ReportError("'\(key)' of \(place) is not \(what)") }

  func value(_ key: String) throws(ReportError) -> JSON {
    guard let value = self[key] else { throw ReportError("\(place) has no key '\(key)'") }
    return value
  }

  /// The value of a key; nil where it is null.
  private func nullable(_ key: String) throws(ReportError) -> JSON? {
    let value = try value(key)
    return value == .null ? nil : value
  }

  // MARK: Scalars

  func optionalText(_ key: String) throws(ReportError) -> String? {
    guard let value = try nullable(key) else { return nil }
    guard let text = value.stringValue else { throw wrong(key, "a string") }
    return text
  }

  func text(_ key: String) throws(ReportError) -> String {
    guard let text = try optionalText(key) else { throw wrong(key, "a string") }
    return text
  }

  func optionalDay(_ key: String) throws(ReportError) -> Day? {
    guard let text = try optionalText(key) else { return nil }
    guard let day = Day(text) else { throw wrong(key, "a day") }
    return day
  }

  func optionalNumber(_ key: String) throws(ReportError) -> Double? {
    guard let value = try nullable(key) else { return nil }
    guard let number = value.numberValue else { throw wrong(key, "a number") }
    return number
  }

  func number(_ key: String) throws(ReportError) -> Double {
    guard let number = try optionalNumber(key) else { throw wrong(key, "a number") }
    return number
  }

  /// A number of seconds, to the microsecond.
  func duration(_ key: String) throws(ReportError) -> Duration {
    let seconds = try number(key)
    // Up to here, 285 years, a `Double` holds each microsecond.
    guard abs(seconds) < 9e9 else { throw wrong(key, "a duration in seconds") }
    return .microseconds(Int64((seconds * 1_000_000).rounded()))
  }

  func optionalInteger(_ key: String) throws(ReportError) -> Int? {
    guard let number = try optionalNumber(key) else { return nil }
    guard let integer = Int(exactly: number) else { throw wrong(key, "a whole number") }
    return integer
  }

  func integer(_ key: String) throws(ReportError) -> Int {
    guard let integer = try optionalInteger(key) else { throw wrong(key, "a whole number") }
    return integer
  }

  func flag(_ key: String) throws(ReportError) -> Bool {
    guard case .bool(let flag) = try value(key) else { throw wrong(key, "true or false") }
    return flag
  }

  /// One of the words of an enumeration.
  func word<Word: RawRepresentable<String>>(_ key: String) throws(ReportError) -> Word {
    let text = try text(key)
    guard let word = Word(rawValue: text) else { throw ReportError("\(place) has the unknown \(key) '\(text)'") }
    return word
  }

  // MARK: Collections

  func optional(_ key: String) throws(ReportError) -> JSONFields? {
    guard let value = try nullable(key) else { return nil }
    return try JSONFields(value, at: place(of: key))
  }

  func elements(_ key: String) throws(ReportError) -> [JSON] {
    guard case .array(let elements) = try value(key) else { throw wrong(key, "an array") }
    return elements
  }

  func objects(_ key: String) throws(ReportError) -> [JSONFields] {
    var objects: [JSONFields] = []
    for (index, element) in try elements(key).enumerated() {
      objects.append(try JSONFields(element, at: "\(place(of: key))[\(index)]"))
    }
    return objects
  }

  /// The objects of an array that may hold null.
  func optionalObjects(_ key: String) throws(ReportError) -> [JSONFields?] {
    var objects: [JSONFields?] = []
    for (index, element) in try elements(key).enumerated() {
      objects.append(element == .null ? nil : try JSONFields(element, at: "\(place(of: key))[\(index)]"))
    }
    return objects
  }

  func textList(_ key: String) throws(ReportError) -> [String] {
    let elements = try elements(key)
    let texts = elements.compactMap(\.stringValue)
    guard texts.count == elements.count else { throw wrong(key, "an array of strings") }
    return texts
  }

  func optionalIntegers(_ key: String) throws(ReportError) -> [Int]? {
    guard try nullable(key) != nil else { return nil }
    let elements = try elements(key)
    let integers = elements.compactMap { $0.numberValue.flatMap { Int(exactly: $0) } }
    guard integers.count == elements.count else { throw wrong(key, "an array of whole numbers") }
    return integers
  }

  /// The names and texts of an object, in its order.
  func texts(_ key: String) throws(ReportError) -> [(String, String)] {
    guard case .object(let members) = try value(key) else { throw wrong(key, "an object") }
    let pairs = members.compactMap { member in member.value.stringValue.map { (member.key, $0) } }
    guard pairs.count == members.count else { throw wrong(key, "an object of strings") }
    return pairs
  }

  /// The position of a whole report.
  static let top = "the report"

  private func place(of key: String) -> String { place == JSONFields.top ? key : "\(place).\(key)" }
}
