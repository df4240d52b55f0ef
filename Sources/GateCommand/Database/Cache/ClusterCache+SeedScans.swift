import PlanCore
import FoundationEssentials
import OperatingSystem

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension ClusterCache {
  /// The stored scan of a large seed file, by the hash of its bytes.
  func scan(_ hash: String) -> SeedScan? {
    guard let bytes = FileManager.default.contents(atPath: scanPath(hash)) else { return nil }
    return SeedScan(parsing: String(decoding: bytes, as: UTF8.self))
  }

  func keep(_ scan: SeedScan, of hash: String) {
    mkdir(directory + "/scans", 0o700)
    try? Data(scan.text.utf8).write(to: URL(filePath: scanPath(hash)), options: .atomic)
  }

  /// Removes the oldest notes.
  func removeScans(beyond count: Int) {
    let folder = directory + "/scans"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard names.count > count else { return }
    let dated = names.map { name in
      (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")[.modificationDate] as? Date, name)
    }
    for (_, name) in dated.sorted(by: { $0.0 ?? .distantPast < $1.0 ?? .distantPast }).dropLast(count) {
      unlink("\(folder)/\(name)")
    }
  }

  private func scanPath(_ hash: String) -> String { "\(directory)/scans/\(hash)-\(Release.version)" }
}

extension SeedScan {
  private static var variables: [(word: String, path: WritableKeyPath<SeedScan, Set<String>>)] {
    [
      ("inserted", \.insertedVariables), ("joined", \.joinedVariables), ("set", \.setVariables),
      ("unread", \.unreadVariables),
    ]
  }

  private static let firstLine = "plangate scan 2"

  var text: String {
    var lines = [SeedScan.firstLine]
    if readsClock { lines.append("clock") }
    if definesClock { lines.append("defines clock") }
    if let obstacle { lines.append("obstacle \(obstacle)") }
    if storesResults { lines.append("results") }
    for variables in SeedScan.variables {
      lines += self[keyPath: variables.path].sorted().map { "\(variables.word) \($0)" }
    }
    lines += includes.map { include in
      "\(include.isScript ? "script" : "file") \(include.isRelativeToFile ? "beside" : "from") \(include.path)"
    }
    return (lines + ["end"]).joined(separator: "\n") + "\n"
  }

  /// Nil for any other text.
  init?(parsing text: String) {
    // Scalars, because a blank with a combining mark after it is one character to Swift.
    let lines = text.unicodeScalars.split(separator: "\n")
    guard lines.first.map({ String($0) }) == SeedScan.firstLine, lines.last.map({ String($0) }) == "end" else {
      return nil
    }
    self.init()
    for line in lines.dropFirst().dropLast() {
      let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map { String($0) }
      switch parts[0] {
      case "clock": readsClock = true
      case "defines": definesClock = true
      case "obstacle": obstacle = parts.dropFirst().joined(separator: " ")
      case "results": storesResults = true
      case "script" where parts.count == 3, "file" where parts.count == 3:
        includes.append(
          Include(path: parts[2], isRelativeToFile: parts[1] == "beside", isScript: parts[0] == "script"))
      default:
        guard parts.count == 2, let variables = SeedScan.variables.first(where: { $0.word == parts[0] }) else {
          return nil
        }
        self[keyPath: variables.path].insert(parts[1])
      }
    }
  }
}
