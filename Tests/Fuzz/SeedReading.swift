import Foundation

@testable import GateCommand

/// Makes scripts and prints what the cache knows about them, for `scripts/fuzz`, which runs them with a real psql.
///
/// make SEED EXECUTION DIRECTORY PATH      writes a script to the path
///     read DIRECTORY PATH FILE …              prints the files that the script is known to read, or why it is not
///     cached
///
/// Words are separated by tabs.
enum SeedReading {
  static func answerLines() throws {
    while let line = readLine() {
      let words = line.split(separator: "\t").map(String.init)
      switch words.first {
      case "make" where words.count == 5:
        try make(seed: UInt64(words[1]) ?? 0, execution: Int(words[2]) ?? 0, directory: words[3], path: words[4])
        say("made")
      case "read" where words.count >= 3: say(read(directory: words[1], path: words[2], files: Array(words[3...])))
      default: throw UnknownInput(message: "unknown request '\(line)'")
      }
    }
  }

  private static func make(seed: UInt64, execution: Int, directory: String, path: String) throws {
    var random = Random(seed: seed, execution: execution)
    var text = Array(SeedScript(using: &random).text(using: &random).utf8)
    if random.oneIn(5) {
      let pieces = ScannerFuzz.pieces + ["a", "@DIR@", "i", ".", "sql", "t", "f", "E", "e"]
      for _ in 0...random.below(2) {
        let place = random.below(text.count)
        if random.oneIn(2), place < text.count {
          text.remove(at: place)
        } else {
          text.insert(contentsOf: random.pick(pieces).utf8, at: place)
        }
      }
    }
    let script = String(decoding: text, as: UTF8.self).replacing("@DIR@", with: directory)
    try Data((SeedReading.prologue + script).utf8).write(to: URL(fileURLWithPath: path))
  }

  /// The beginning of each script.
  private static let prologue = """
    ROLLBACK;
    RESET ALL;
    SET client_min_messages = warning;
    DROP SCHEMA IF EXISTS s CASCADE;
    CREATE SCHEMA s;
    SET search_path = s;
    CREATE TABLE items (n text);
    CREATE TABLE others (n text);
    \\set f a.sql
    \\set t items

    """

  private static func read(directory: String, path: String, files: [String]) -> String {
    let content = SeedReader(directory: directory, cache: nil) { _ in nil }.content(of: .script(path))
    if let obstacle = content.obstacle { return "obstacle\t\(obstacle)" }
    let hashes = Set(content.words)
    return (["files"] + files.filter { ContentHash.digits(ofFile: $0).map(hashes.contains) ?? false })
      .joined(separator: "\t")
  }
}
