import OperatingSystem
import PlanCore
import Testing

@testable import GateCommand

/// Changes of applications that made a query slow, and what ended it: the verdict, the first causes and the fixes.
@Suite struct ReportedTests {
  struct Reported: Sendable, CustomTestStringConvertible {
    let story: Story
    /// The rule that must fail; nil for a change that must not be red.
    let rule: String?
    /// Texts that its message has.
    var words: [String] = []
    /// What the first causes must contain, in their order.
    var causes: [String] = []
    /// Texts that no cause may have.
    var notCauses: [String] = []
    /// Texts of which each must be in one of the fixes.
    var offered: [String] = []
    /// Texts that no fix may have.
    var notOffered: [String] = []
    /// What ended it: SQL on the changed state, and the text of the query.
    var repair = ""
    var repairedQuery: String?

    var testDescription: String { story.name }
  }

  @Test(arguments: Reported.all)
  func `what made a query slow is red with its cause and its fix, and the repair is green`(reported: Reported) throws {
    try CorpusWorker.with { worker in
      let (state, query) = try worker.seeded(reported.story)
      let before = try worker.baseline(of: query, in: state)
      var changedQuery = query
      if let text = reported.story.changedQuery { changedQuery.statement.text = text }
      var repairedQuery = changedQuery
      if let text = reported.repairedQuery { repairedQuery.statement.text = text }
      try worker.withState(after: reported.story.migration, state) { changed in
        let outcomes = try changed.judged([changedQuery], against: Background { before }).cases
        try expect(try #require(FixTrial([changedQuery], in: changed).tried(outcomes).first), of: reported)
        if reported.rule == nil { return }
        let after = try worker.baseline(of: changedQuery, in: changed)
        try worker.withState(after: reported.repair, changed) { repaired in
          for (name, baseline) in [("before", before), ("after", after)] {
            let outcome = try #require(
              try repaired.judged([repairedQuery], against: Background { baseline }).cases.first)
            #expect(!outcome.isFailed(strict: false), "the repair against \(name): \(outcome.inWords)")
          }
        }
      }
    }
  }

  private func expect(_ outcome: CaseOutcome, of reported: Reported) throws {
    let fixes = outcome.fixes.map { ($0.heading.map { "\($0)\n" } ?? "") + $0.text }.joined(separator: "\n")
    let words = "\(outcome.inWords)\nfixes:\n\(fixes)"
    guard let rule = reported.rule else {
      #expect(!outcome.isFailed(strict: false), "\(words)")
      return
    }
    #expect(outcome.verdict == .regressed, "\(words)")
    let finding = outcome.findings.first { $0.isFailing && $0.rule == rule }
    #expect(finding != nil, "\(rule) in:\n\(words)")
    for text in reported.words { #expect(finding?.message.contains(text) == true, "\(text) in:\n\(words)") }
    let causes = outcome.causes.map(\.text)
    for (place, cause) in reported.causes.enumerated() {
      #expect(causes.dropFirst(place).first?.contains(cause) == true, "cause \(place + 1), \(cause), in:\n\(words)")
    }
    for text in reported.notCauses { #expect(!causes.contains { $0.contains(text) }, "\(text) in:\n\(words)") }
    for offer in reported.offered { #expect(fixes.contains(offer), "\(offer) in:\n\(words)") }
    for offer in reported.notOffered { #expect(!fixes.contains(offer), "\(offer) in:\n\(words)") }
  }
}
