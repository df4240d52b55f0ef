import Testing

@testable import GateCommand

@Suite struct HelpTests {
  @Test func `the overview names every command and every exit status`() {
    let text = Help.text(nil)
    #expect(text.hasPrefix("plangate \(Help.version): "))
    for command in CommandName.allCases { #expect(text.contains("\n  \(command.rawValue) ")) }
    for code in ["0 all", "1 all", "2 something", "129, 130, 143"] { #expect(text.contains(code)) }
    #expect(Help.text(.help) == text)
  }

  @Test(arguments: CommandName.allCases.filter { $0 != .help })
  func `the help of a command has a line for each of its flags and no other`(command: CommandName) {
    let lines = Help.text(command).split(separator: "\n").map(String.init)
    #expect(lines[0] == command.summary)
    #expect(lines[1] == "usage: \(command.usage)")
    let flags = Flag.all.filter { $0.commands.contains(command) }
    #expect(lines.count == 2 + flags.count)
    for (line, flag) in zip(lines.dropFirst(2), flags) {
      let letter = flag.letter.map { "-\($0), " } ?? "    "
      #expect(line.hasPrefix("  \(letter)--\(flag.name)\(flag.value.map { " " + $0 } ?? "") "))
      #expect(line.hasSuffix("  " + flag.help))
    }
  }

  @Test(arguments: [nil] + CommandName.allCases.map(Optional.some))
  func `a help text is plain, narrow and ends with one line feed`(command: CommandName?) {
    let text = Help.text(command)
    #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      #expect(line.count <= 100, "\(line)")
      #expect(line.last != " ", "\(line)")
    }
    #expect(text.allSatisfy { $0.isASCII })
  }

  @Test func `the columns of a table are in line`() {
    let lines = Help.text(.check).split(separator: "\n").dropFirst(2)
    let starts = zip(lines, Flag.all.filter { $0.commands.contains(.check) }).map { $0.count - $1.help.count }
    #expect(Set(starts).count == 1)
  }
}
