import PlanCore
import Testing

@testable import GateCommand

@Suite struct HelpTests {
  @Test func `the overview names every command and every exit status`() {
    let text = Help(commands: Subcommand.all).text(nil)
    #expect(text.hasPrefix("plangate \(Release.version): "))
    for command in Subcommand.all { #expect(text.contains("\n  \(command.name) ")) }
    for (code, _) in Help.exitStatuses { #expect(text.contains("\n  \(code) ")) }
    #expect(Help(commands: Subcommand.all).text(.help) == text)
  }

  @Test(arguments: Subcommand.all.filter { $0 != .help })
  func `the help of a command has an entry for each of its flags and no other`(command: Subcommand) throws {
    let text = Help(commands: Subcommand.all).text(command)
    #expect(text.hasPrefix(command.summary.wrapped(80).joined(separator: "\n") + "\n\nusage: \(command.usage)\n"))
    let labels = text.split(separator: "\n").map(String.init).filter { $0.contains(/^ {2}(-\w, | {4})--/) }
    #expect(labels.count == command.flags.count)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for (label, flag) in zip(labels, command.flags) {
      #expect(label.hasPrefix("  \(flag.label)  "))
      #expect(words.contains(flag.help), "\(flag.name)")
    }
    for example in command.examples { #expect(text.contains("\n  \(example)\n")) }
  }

  @Test(arguments: [nil] + Subcommand.all.map(Optional.some))
  func `a help text is plain, narrow and ends with one line feed`(command: Subcommand?) {
    let text = Help(commands: Subcommand.all).text(command)
    #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      #expect(line.count <= 80, "\(line)")
      #expect(line.last != " ", "\(line)")
    }
    #expect(text.allSatisfy { $0.isASCII })
  }

  @Test func `the columns of a table are aligned`() {
    let lines = Help(commands: Subcommand.all).text(.record).split(separator: "\n").map(String.init)
    let starts = lines.compactMap { $0.firstMatch(of: /^ {2}(?:-\w, | {4})--\S+(?: \S+)? {2,}/)?.output.count }
    #expect(starts.count == Subcommand.record.flags.count)
    #expect(Set(starts).count == 1)
  }
}
