import Foundation
import PlanCore

/// Damaged baselines: each is rejected, or is read as what it says, and no lost index passes against it.
///
/// The first line of an input names the undamaged baseline.
struct BaselineFuzz: FuzzTarget {
  static let name = "baselines"

  private struct Whole {
    let name: String
    let text: [UInt8]
    let query: String
    let trial: DroppedIndexes

    init(_ name: String, _ text: [UInt8], _ capture: QueryCapture) {
      self.name = name
      self.text = text
      query = capture.query
      trial = DroppedIndexes(capture)
    }
  }

  private let corpus: [Whole]
  private let mutator = Mutator(pieces: [
    "\n", "\n  ", "  ", " ", "-> ", "Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan",
    "Bitmap Index Scan",
    " using ", " on ", "!", "Outer ", "Inner ", "InitPlan ", "SubPlan 1 ", "(never executed)",
    "(actual rows=1 loops=1)",
    "cost=", "..", "rows=", "loops=0", "width=", "buffers=", "temp=", "case:", "case: other", "end\n", "relation ",
    "index ", ": btree (id)", "sql: ", "parameters: ", "settings: {}", "plan: generic", "repaired: true",
    "without seq scans:", "Filter: ", "\"", "\\u0000", "{", "}", "[", "]", ",", "server: 16", "query: ", "trigger: ",
  ])

  init() throws {
    var corpus: [Whole] = []
    for path in try Repository.paths(in: "baselines", ending: ".plan") {
      let bytes = try Repository.bytes(path)
      try corpus.append(Whole(path, bytes, BaselineFile.capture(parsing: String(decoding: bytes, as: UTF8.self))))
    }
    for path in try ExplainFuzz.answers() {
      guard let plan = try? Plan(explainJSON: String(decoding: try Repository.bytes(path), as: UTF8.self)) else {
        continue
      }
      let capture = ExplainFuzz.capture(of: plan, path)
      corpus.append(Whole(path, Array(BaselineFile.text(capture).utf8), capture))
    }
    self.corpus = corpus.filter { !$0.trial.isEmpty }
  }

  func input(using random: inout Random) -> [UInt8] {
    let whole = random.pick(corpus)
    return Array("\(whole.name)\n".utf8) + mutator.mutated(whole.text, with: random.pick(corpus).text, using: &random)
  }

  func problem(with input: [UInt8], in directory: URL) throws -> Problem? {
    let parts = input.split(separator: 0x0a, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let whole = corpus.first(where: { parts[0].elementsEqual($0.name.utf8) }) else {
      throw UnknownInput(message: "the first line names no baseline")
    }
    guard !parts[1].elementsEqual(whole.text), let text = String(validating: parts[1], as: UTF8.self) else {
      return nil
    }
    let read: QueryCapture
    do throws(BaselineError) { read = try BaselineFile.capture(parsing: text) } catch {
      let lines = parts[1].count { $0 == 0x0a } + 1
      if error.message.isEmpty { return .fault("an error without words") }
      return (1...lines).contains(error.line) ? nil : .fault("line \(error.line) of \(lines): \(error.message)")
    }
    guard read.query == whole.query else { return nil }
    if let pass = whole.trial.pass(against: read) { return .falsePass(pass) }
    // Git may have converted all line ends to another system's, and editors may omit the last one.
    let lines = parts[1].split(separator: 0x0a, omittingEmptySubsequences: false)
    var plain = Array(lines.map { $0.last == 0x0d ? $0.dropLast() : $0 }.joined(separator: [0x0a]))
    if plain.last != 0x0a { plain.append(0x0a) }
    return BaselineFile.text(read).utf8.elementsEqual(plain)
      ? nil : .fault("it is read, and would be written otherwise")
  }
}

/// An input that does not say what it is.
struct UnknownInput: Error {
  let message: String
}
