extension Completions {
  var fish: String {
    var lines = [
      #"""
      # fish completion for plangate. Put it into ~/.config/fish/completions/plangate.fish.

      # Whether the command is the given one; without an argument, whether there is none yet.
      function __plangate_command_is
          set -l words (commandline -opc)
          if test (count $argv) -eq 0
              test (count $words) -le 1
          else
              test (count $words) -ge 2; and test "$words[2]" = $argv[1]
          end
      end

      # The names that plangate knows: of kind $argv[1].
      function __plangate_names
          set -l words (commandline -opc)
          set -l program $words[1]
          set -l manifest
          for index in (seq 2 (count $words))
              switch $words[$index]
                  case --manifest
                      set manifest $words[(math $index + 1)]
                  case '--manifest=*'
                      set manifest (string replace -- --manifest= '' $words[$index])
              end
          end
          set -l known
          if test -n "$manifest"
              set known --manifest (string replace -r -- '^~/' "$HOME/" $manifest)
          end
          set program (string replace -r -- '^~/' "$HOME/" $program)
          type -q -- $program; or return
          $program \#(Candidates.word) $argv[1] $known 2>/dev/null
      end

      complete -c plangate -f
      """#
    ]
    for option in Help.general {
      lines.append(
        "complete -c plangate -n __plangate_command_is \(fishSpellings(option.spellings)) -d \(word(option.help))")
    }
    for command in commands {
      lines.append(
        "complete -c plangate -n __plangate_command_is -a \(command.name) -d \(word(command.summary))")
    }
    for command in commands {
      let start = "complete -c plangate -n '__plangate_command_is \(command.name)'"
      lines.append("")
      for flag in command.flags {
        let value = flag.kind.map { $0 == .file ? " -r -F" : " -x" + fishAction($0) } ?? ""
        lines.append("\(start) \(fishSpellings(flag.spellings))\(value) -d \(word(flag.help))")
      }
      lines.append("\(start) -s h -l help -d 'show this help'")
      if let kind = kind(command.operand) { lines.append("\(start) -a '(__plangate_names \(kind.rawValue))'") }
      if command.operand.takesFiles { lines.append("\(start) -F") }
      let words = words(command.operand)
      if !words.isEmpty { lines.append("\(start) -a \(word(words.joined(separator: " ")))") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func fishSpellings(_ spellings: [String]) -> String {
    spellings.map { $0.hasPrefix("--") ? "-l \($0.dropFirst(2))" : "-s \($0.dropFirst())" }.joined(separator: " ")
  }

  private func fishAction(_ kind: ValueKind) -> String {
    switch kind {
    case .directory: " -a '(__fish_complete_directories)'"
    case .choice(let words): " -a " + word(words.joined(separator: " "))
    case .query: " -a '(__plangate_names \(Candidates.Kind.queries.rawValue))'"
    case .file, .number, .text: ""
    }
  }

  /// In fish a backslash escapes inside single quotes too.
  private func word(_ text: String) -> String {
    quoted(text.replacing("\\", with: "\\\\"), apostrophe: "\\'")
  }
}
