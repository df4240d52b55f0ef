extension Completions {
  var zsh: String {
    #"""
    #compdef plangate
    # zsh completion for plangate. Put it as _plangate into a directory of $fpath.

    # The names that plangate knows: of kind $1.
    _plangate_names() {
      local manifest=${(Q)opt_args[--manifest]-}
      if [[ $manifest == '~/'* ]]; then manifest=$HOME/${manifest#'~/'}; fi
      local -a names
      names=(${(f)"$(${plangate_program} \#(Candidates.word) $1 ${manifest:+--manifest} ${manifest:+"$manifest"} 2>/dev/null)"})
      compadd -a names
    }

    _plangate() {
      local context state state_descr line plangate_program=${(Q)words[1]}
      typeset -A opt_args
      if [[ $plangate_program == '~/'* ]]; then plangate_program=$HOME/${plangate_program#'~/'}; fi
      _arguments -C \
    \#(zshGeneral)
        '1:command:->command' '*::argument:->argument' && return
      case $state in
        command)
          local -a commands
          commands=(
    \#(zshCommands)
          )
          _describe -t commands command commands
          ;;
        argument)
          case $words[1] in
    \#(commands.map(zshCommand).joined(separator: "\n"))
          esac
          ;;
      esac
    }

    # Sourced, it registers itself; loaded from $fpath, it is the function.
    if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
      _plangate "$@"
    else
      compdef _plangate plangate
    fi

    """#
  }

  private var zshGeneral: String {
    Help.general.map { option in
      "    \(quoted("(- *)"))\(option.spellings.map { $0 + quoted("[\(zshEscaped(option.help))]") }.joined(separator: " '(- *)'")) \\"
    }.joined(separator: "\n")
  }

  private var zshCommands: String {
    commands.map { command in
      // A colon separates the word from its description.
      "        " + quoted("\(command.name):\(command.summary)")
    }.joined(separator: "\n")
  }

  private func zshCommand(_ command: Subcommand) -> String {
    var specifications = command.flags.map { flag in
      let description = "[\(zshEscaped(flag.help))]"
      let value = flag.kind.map { ":\(zshEscaped(flag.value ?? "")):\(zshAction($0))" } ?? ""
      let spellings = flag.spellings.map { $0 + (flag.kind != nil && $0.hasPrefix("--") ? "=" : "") }
      // Given once, an option is not offered again, in none of its spellings.
      return spellings.count == 1
        ? quoted(spellings[0] + description + value)
        : quoted("(\(flag.spellings.joined(separator: " ")))") + "{\(spellings.joined(separator: ","))}"
          + quoted(description + value)
    }
    specifications.append(quoted("(- *)") + "{-h,--help}" + quoted("[show this help]"))
    if let kind = kind(command.operand) {
      let count = kind == .queries ? "*" : "1"
      specifications.append(quoted("\(count):query: _plangate_names \(kind.rawValue)"))
    }
    if command.operand.takesFiles { specifications.append(quoted("*:report: \(zshAction(.file))")) }
    let words = words(command.operand)
    if !words.isEmpty { specifications.append(quoted("1:word:(\(words.joined(separator: " ")))")) }
    let lines = specifications.map { "          \($0)" }.joined(separator: " \\\n")
    return "        \(command.name))\n          _arguments -s \\\n\(lines)\n          ;;"
  }

  private func zshAction(_ kind: ValueKind) -> String {
    switch kind {
    case .file: "_files"
    case .directory: "_files -/"
    case .choice(let words): "(\(words.joined(separator: " ")))"
    // Behind a space the action gets no other words before its own.
    case .query: " _plangate_names \(Candidates.Kind.queries.rawValue)"
    case .number, .text: ""
    }
  }

  /// Inside a specification of `_arguments`.
  private func zshEscaped(_ text: String) -> String {
    text.map { "[]:\\".contains($0) ? "\\\($0)" : String($0) }.joined()
  }
}
