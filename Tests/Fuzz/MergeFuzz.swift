import Foundation
import JSON
import PlanCore
import Reporting

/// Reports of shards, damaged, missing, duplicated or reordered.
///
/// Together they pass only if each case of the run passed in one of them.
///
/// The reports of an input are separated by a line with a record separator.
struct MergeFuzz: FuzzTarget {
  static let name = "merge"

  private static let separator: [UInt8] = [0x1e, 0x0a]

  /// Runs that passed, with two to a dozen cases.
  private let corpus: [RunOutcome]
  private let mutator = Mutator(pieces: [
    "{", "}", "[", "]", ",", ":", "\"", "null", "true", "false", "1", "0", "\"verdict\": \"passed\",", "\"passed\"",
    "\"regressed\"", "\"unchecked\"", "\"new\"", "\"index\": 1", "\"count\": 1", "\"cases\": 0", "\"shard\": null,",
    "\"selection\": null,", "\"error\": null,", "\"error\": \"x\",", "\"strict\": true,", "\"cases\": [],",
    "\"server\": \"16.1\"", "\"position\": 1,", "\"findings\": [],", "\"failed\": true,", "\\u0000", "\\n",
    "\"format\": 2,",
  ])

  init() throws {
    let golden = try Repository.bytes("Tests/ReportingTests/Golden/every-kind/json.txt")
    var whole = try RunOutcome(jsonReport: String(decoding: golden, as: UTF8.self))
    whole.error = nil
    whole.errorPlace = nil
    whole.shard = nil
    for index in whole.cases.indices {
      whole.cases[index].verdict = .passed
      whole.cases[index].reason = nil
      whole.cases[index].findings.removeAll { $0.isFailing }
    }
    corpus = [2, 4, 7].map { count in
      var run = whole
      // Small plans, so that many reports are tried per second.
      run.cases = Array(
        whole.cases.sorted { MergeFuzz.nodes($0) < MergeFuzz.nodes($1) }.prefix(count))
      for index in run.cases.indices { run.cases[index].position = index + 1 }
      run.selection = Selection(caseCount: run.cases.count, fingerprint: "0123456789abcdef")
      return run
    }
  }

  private static func nodes(_ item: CaseOutcome) -> Int {
    var count = 0
    item.comparison?.current.plan.root.forEachNode { _, _ in count += 1 }
    return count
  }

  func input(using random: inout Random) -> [UInt8] {
    let run = random.pick(corpus)
    let count = 1 + random.below(4)
    var reports = (1...count).map { number in
      var shard = run
      if count > 1 || random.oneIn(2) { shard.shard = Shard(index: number, count: count) }
      shard.cases = run.cases.enumerated().filter { $0.offset % count == number - 1 }.map(\.element)
      return shard
    }
    if random.oneIn(3) { spoil(&reports[random.below(count)], &random) }
    var texts = reports.map { Array(JSONReport.text($0).utf8) }
    if random.oneIn(6) { texts.remove(at: random.below(count)) }
    if random.oneIn(6), !texts.isEmpty { texts.append(random.pick(texts)) }
    texts.shuffle(using: &random)
    if !random.oneIn(4) {
      for _ in 0...random.below(2) where !texts.isEmpty {
        let index = random.below(texts.count)
        texts[index] = mutator.mutated(texts[index], with: random.pick(texts), using: &random)
      }
    }
    return Array(texts.joined(separator: MergeFuzz.separator))
  }

  /// A report of a run that did not pass, or of another run.
  private func spoil(_ run: inout RunOutcome, _ random: inout Random) {
    let index = random.below(run.cases.count)
    switch random.below(8) {
    case 0 where !run.cases.isEmpty: run.cases[index].verdict = random.pick([.regressed, .new, .unchecked, .changed])
    case 1 where !run.cases.isEmpty: run.cases.remove(at: index)
    case 2 where !run.cases.isEmpty: run.cases.append(run.cases[index])
    case 3: run.error = "the seed failed"
    case 4: run.isStrict = true
    case 5: run.selection = Selection(caseCount: random.below(9), fingerprint: "fedcba9876543210")
    case 6: run.selection = nil
    default: run.shard = Shard(index: 1 + random.below(4), count: 4)
    }
  }

  func problem(with input: [UInt8], in directory: URL) throws -> Problem? {
    let texts = input.split(separator: MergeFuzz.separator, omittingEmptySubsequences: false)
    var reports: [ReportedOutcome] = []
    var problems: [String] = []
    var flaws: [String] = []
    var claims = Claims()
    for (index, bytes) in texts.enumerated() {
      let name = "\(index + 1).json"
      guard let text = String(validating: bytes, as: UTF8.self) else {
        problems.append("\(name): the report is not UTF-8")
        continue
      }
      do throws(ReportError) {
        let outcome = try RunOutcome(jsonReport: text)
        reports.append(ReportedOutcome(file: name, outcome: outcome))
        if let problem = Reports.jsonProblem(with: outcome) { return problem }
      } catch {
        problems.append("\(name): \(error.message)")
        if error.message.isEmpty { return .fault("an error without words") }
        continue
      }
      if let json = try? JSON(parsing: text, maximumDepth: 2000) { flaws += claims.add(json) }
    }
    let empty = RunOutcome(plangateVersion: "0.0.0", manifest: "queries/manifest.yml")
    let whole = OutcomeMerge.outcome(of: reports, problems: problems, orElse: empty)
    if let problem = Reports.problem(with: whole) { return problem }
    guard whole.result == .passed else { return nil }
    flaws += problems + claims.missing(of: reports.count)
    return flaws.first.map { .falsePass("the whole passes, but \($0)") }
  }
}

/// The contents of some reports, read without plangate's own reader of reports.
private struct Claims {
  private var cases: Set<String> = []
  private var wanted = 0
  private var shards: Set<Double> = []
  private var shardCount: Double?

  /// - Returns: the reason that the merged run must not pass.
  mutating func add(_ report: JSON) -> [String] {
    var flaws: [String] = []
    if let error = report["error"]?.stringValue { flaws.append("a run ended early: \(error)") }
    wanted = max(wanted, Int(report["selection"]?["cases"]?.numberValue ?? 0))
    if let shard = report["shard"], let index = shard["index"]?.numberValue {
      shards.insert(index)
      shardCount = shard["count"]?.numberValue
    }
    guard case .array(let items)? = report["cases"] else { return flaws + ["a report has no cases"] }
    for item in items {
      let name = [item["query"], item["case"], item["server"]].map { $0?.text ?? "" }.joined(separator: "@")
      cases.insert(name)
      let verdict = item["verdict"]?.stringValue ?? ""
      if ["regressed", "new", "unchecked"].contains(verdict) { flaws.append("\(name) is \(verdict)") }
      if item["failed"] == .bool(true) { flaws.append("\(name) failed") }
    }
    return flaws
  }

  func missing(of count: Int) -> [String] {
    var flaws: [String] = []
    if count == 0 { flaws.append("there is no report") }
    if cases.count < wanted { flaws.append("\(wanted - cases.count) of \(wanted) cases are missing") }
    if let shardCount, Double(shards.count) != shardCount { flaws.append("shards are missing") }
    return flaws
  }
}
