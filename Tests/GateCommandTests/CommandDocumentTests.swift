import TestSupport
import Testing

@testable import GateCommand

/// The tables of docs/commands.md are written from the tables of commands and flags.
@Suite struct CommandDocumentTests {
  @Test func `docs/commands.md has every command and every option`() throws {
    var document = try GeneratedDocument("docs/commands.md")
    let commands = MarkdownPiece.table(
      ["command", "what it does"],
      Subcommand.all.map { ["`\($0.usage)`", MarkdownPiece.sentence($0.summary) + " " + $0.details] })
    let options = MarkdownPiece.table(
      ["option", "commands", "what it does"],
      Flag.all.map { flag in
        let label = flag.spellings.map { "`\($0)`" }.joined(separator: ", ")
        let takers = Subcommand.all.filter { $0.flags.contains { $0.name == flag.name } }.map(\.name)
        return [
          flag.value.map { label.dropLast() + " \($0)`" } ?? label, takers.joined(separator: ", "),
          [MarkdownPiece.sentence(flag.help), flag.details, flag.reference.map { "See \($0)." } ?? ""]
            .filter { !$0.isEmpty }.joined(separator: " "),
        ]
      })
    let problems = try [document.problem(of: "commands", commands), document.problem(of: "options", options)]
    #expect(problems.compactMap { $0 } == [])
  }
}
