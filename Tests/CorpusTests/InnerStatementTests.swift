import PlanCore
import Testing

@testable import GateCommand

/// Regressions inside what a statement runs: foreign keys, triggers and functions, which EXPLAIN does not show.
@Suite struct InnerStatementTests {
  /// A regression and what must be said of it.
  struct Hidden: Sendable, CustomTestStringConvertible {
    let story: Story
    var rule = "seq-scan"
    let relation: String?
    /// Texts that the message has.
    let words: [String]
    /// The statement that must be offered; nil where none is.
    var fix: String?
    /// A change of the same kind that must not be red.
    var harmless: String?

    var testDescription: String { story.name }
  }

  @Test(arguments: Hidden.all)
  func `a regression inside what a statement runs is red, and its harmless twin is not`(hidden: Hidden) throws {
    try CorpusWorker.with { worker in
      let migrations = [hidden.story.migration] + [hidden.harmless].compactMap(\.self)
      let outcomes = try worker.outcome(of: hidden.story, migrations: migrations)
      let (red, words) = (outcomes[0], outcomes[0].inWords)
      #expect(red.verdict == .regressed, "\(words)")
      let finding = red.findings.first { $0.isFailing && $0.rule == hidden.rule }
      #expect(finding?.relation?.description == hidden.relation, "\(words)")
      for text in hidden.words { #expect(finding?.message.contains(text) == true, "\(text) in:\n\(words)") }
      if let fix = hidden.fix { #expect(finding?.fix?.text.contains(fix) == true, "\(finding?.fix?.text ?? "none")") }
      for harmless in outcomes.dropFirst() {
        #expect(!harmless.isFailed(strict: false), "\(harmless.inWords)")
      }
    }
  }

  @Test(arguments: Story.harmlessInside)
  func `harmless changes of what a statement runs are not red`(story: Story) throws {
    try CorpusWorker.with { worker in
      let outcome = try worker.outcome(of: story)
      #expect(!outcome.isFailed(strict: false), "\(outcome.inWords)")
    }
  }
}
