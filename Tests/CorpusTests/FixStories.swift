import PlanCore
import Testing

@testable import GateCommand

/// The fixes that reports offer: tried, and of use for their case.
@Suite struct FixStories {
  struct Fixed: Sendable, CustomTestStringConvertible {
    let story: Story
    /// Texts of which each must be in one of the fixes.
    var offered: [String] = []
    /// Texts that no fix may have.
    var notOffered: [String] = []

    var testDescription: String { story.name }
  }

  @Test(arguments: all)
  func `a regression comes with the fix for its cause`(fixed: Fixed) throws {
    try CorpusWorker.with { worker in
      let outcome = try worker.outcome(of: fixed.story)
      #expect(outcome.verdict == .regressed, "\(outcome.inWords)")
      let text = outcome.fixes.map { ($0.heading.map { "\($0)\n" } ?? "") + $0.text }.joined(separator: "\n")
      for offer in fixed.offered { #expect(text.contains(offer), "\(offer) in:\n\(text)\n\(outcome.inWords)") }
      for offer in fixed.notOffered { #expect(!text.contains(offer), "\(offer) in:\n\(text)") }
      for case .statements(let statements) in outcome.fixes {
        #expect(statements.effect?.contains(" -> ") == true, "\(statements)")
      }
    }
  }

  private static let accounts = """
    CREATE TABLE account (id bigint PRIMARY KEY, email text NOT NULL, team_id int NOT NULL, state text NOT NULL);
    INSERT INTO account SELECT g, 'u' || g || '@example.org', g % 300, CASE WHEN g % 50 = 0 THEN 'locked' ELSE 'ok' END
    FROM generate_series(1, 20000) g;
    CREATE UNIQUE INDEX account_email_idx ON account (email);
    CREATE INDEX account_team_idx ON account (team_id);
    CREATE TABLE blocked (account_id bigint);
    INSERT INTO blocked SELECT g FROM generate_series(1, 15000) g;
    """

  static let all: [Fixed] = [
    Fixed(
      story: Story(
        name: "a unique index is gone", seed: accounts, options: "params: [u77@example.org]",
        query: "SELECT id FROM account WHERE email = $1", migration: "DROP INDEX account_email_idx"),
      offered: [
        "CREATE UNIQUE INDEX account_email_idx ON public.account USING btree (email);", "recreate the lost index",
        "CONCURRENTLY", "buffers ",
      ], notOffered: ["see the cause"]),
    Fixed(
      story: Story(
        name: "an index is invalid", seed: accounts, options: "params: [u77@example.org]",
        query: "SELECT id FROM account WHERE email = $1",
        migration: "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'account_email_idx'::regclass"),
      offered: ["REINDEX INDEX public.account_email_idx;", "rebuild the invalid index"], notOffered: ["CREATE"]),
    Fixed(
      story: Story(
        name: "a function around the column", seed: accounts, options: "params: [u77@example.org]",
        query: "SELECT id FROM account WHERE email = $1",
        changedQuery: "SELECT id FROM account WHERE lower(email) = lower($1)"),
      offered: [
        "the column email is inside lower(email)", "CREATE INDEX ON public.account ((lower(email)));",
        "or make an index on the expression: buffers ",
      ]),
    Fixed(
      story: Story(
        name: "a cast of the column", seed: accounts, options: "params: [7]",
        query: "SELECT id FROM account WHERE team_id = $1",
        changedQuery: "SELECT id FROM account WHERE team_id = $1::numeric"),
      offered: ["the column team_id is cast in", "cast the value instead"]),
    Fixed(
      story: Story(
        name: "NOT IN in the place of NOT EXISTS", seed: accounts,
        options: "rules: {cost: {fail: 1.5, floor: 1}, buffers: {fail: 1.1, floor: 1}}",
        query: "SELECT a.id FROM account a WHERE NOT EXISTS (SELECT FROM blocked b WHERE b.account_id = a.id)",
        changedQuery: """
          SELECT a.id FROM account a
          WHERE a.id NOT IN (SELECT b.account_id FROM blocked b, blocked c WHERE c.account_id < 4)
          """),
      offered: ["write NOT EXISTS"]),
    Fixed(
      story: Story(
        name: "a new condition that no index serves", seed: accounts, options: "params: [7]",
        query: "SELECT id FROM account WHERE team_id = $1",
        changedQuery: "SELECT id FROM account WHERE id % 300 = $1 AND state = 'locked'"),
      notOffered: ["see the cause", "recreate"]),
    Fixed(
      story: Story(
        name: "an index is gone that would not help any more", seed: accounts, options: "params: [u77@example.org]",
        query: "SELECT id FROM account WHERE email = $1", migration: "DROP INDEX account_email_idx",
        changedQuery: "SELECT id FROM account WHERE lower(email) = lower($1)"),
      offered: ["((lower(email)))"], notOffered: ["account_email_idx"]),
  ]
}
