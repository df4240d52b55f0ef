/// What a migration's path says about it, by the conventions of the usual tools.
///
/// `0001_name.up.sql`, `V1_2__name.sql`, `R__name.sql`, `20240101_name/migration.sql`, `3_name.sql`.
struct MigrationNaming: Equatable, Sendable {
  enum Role: Equatable, Sendable {
    case up, down
    /// A state that stands for all versions up to its own.
    case baseline
    /// Run after all versions.
    case repeatable
  }

  let role: Role
  /// The version's numbers; empty for a name without one.
  let version: [UInt64]
  /// What the files of one migration have in common.
  let stem: String
  let isFlyway: Bool
  /// Whether the directory carries the name, as all files are called the same.
  let isNamedByDirectory: Bool

  init(path: String) {
    let parts = path.split(separator: "/").map(String.init)
    let file = parts.last ?? path
    let base = file.hasSuffix(".sql") ? String(file.dropLast(4)) : file
    if ["up", "down", "migration"].contains(base), parts.count > 1 {
      let directory = parts[parts.count - 2]
      self.init(
        role: base == "down" ? .down : .up, version: MigrationNaming.numbers(directory), stem: directory,
        isFlyway: false,
        isNamedByDirectory: true)
    } else if let flyway = MigrationNaming.flyway(base) {
      self = flyway
    } else if base.hasSuffix(".down") || base.hasSuffix(".up") {
      let isDown = base.hasSuffix(".down")
      let stem = String(base.dropLast(isDown ? 5 : 3))
      self.init(
        role: isDown ? .down : .up, version: MigrationNaming.numbers(stem), stem: stem, isFlyway: false,
        isNamedByDirectory: false)
    } else {
      self.init(
        role: .up, version: MigrationNaming.numbers(base), stem: base, isFlyway: false, isNamedByDirectory: false)
    }
  }

  private init(role: Role, version: [UInt64], stem: String, isFlyway: Bool, isNamedByDirectory: Bool) {
    self.role = role
    self.version = version
    self.stem = stem
    self.isFlyway = isFlyway
    self.isNamedByDirectory = isNamedByDirectory
  }

  /// `V1.2__name`, `U1__name`, `B2__name` and `R__name`.
  private static func flyway(_ base: String) -> MigrationNaming? {
    guard let separator = base.firstRange(of: "__"), let letter = base.first, separator.lowerBound > base.startIndex
    else { return nil }
    let words = base[base.index(after: base.startIndex)..<separator.lowerBound]
    let parts = words.split { $0 == "." || $0 == "_" }
    let numbers = parts.compactMap { UInt64($0) }
    guard numbers.count == parts.count else { return nil }
    let role: Role
    switch letter {
    case "V" where !numbers.isEmpty: role = .up
    case "U" where !numbers.isEmpty: role = .down
    case "B" where !numbers.isEmpty: role = .baseline
    case "R" where numbers.isEmpty: role = .repeatable
    default: return nil
    }
    // 1.0 is 1.
    let version = numbers.reversed().drop { $0 == 0 }.reversed()
    return MigrationNaming(
      role: role, version: Array(version), stem: "version \(Array(version))", isFlyway: true, isNamedByDirectory: false)
  }

  /// The digits at the start of a name, or a date and a time divided by `-` or `_`: `2024-01-02-101500_name`.
  private static func numbers(_ name: String) -> [UInt64] {
    var numbers: [UInt64] = []
    var rest = name[...]
    while true {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard let number = UInt64(digits) else { return numbers }
      numbers.append(number)
      rest = rest[digits.endIndex...]
      // Only dates go on after a dash: `0001_2fa` has the version 1.
      guard rest.first == "-", rest.dropFirst().first?.isNumber == true else { return numbers }
      rest = rest.dropFirst()
    }
  }

  /// The version as people write it.
  var versionText: String { version.map(String.init).joined(separator: isFlyway ? "." : "-") }
}

extension MigrationNaming {
  /// Whether a file comes before another one of the same directory.
  static func isBefore(_ a: (naming: MigrationNaming, path: String), _ b: (naming: MigrationNaming, path: String))
    -> Bool
  {
    func rank(_ naming: MigrationNaming) -> Int { naming.role == .repeatable ? 2 : naming.version.isEmpty ? 1 : 0 }
    let (first, second) = (rank(a.naming), rank(b.naming))
    if first != second { return first < second }
    if a.naming.version != b.naming.version { return a.naming.version.lexicographicallyPrecedes(b.naming.version) }
    return a.path < b.path
  }
}
