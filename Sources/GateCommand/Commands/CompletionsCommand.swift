extension Subcommand {
  private static let shells = Shell.allCases.map(\.rawValue)

  static let completions = Subcommand(
    name: "completions", summary: "print shell completions, including your query names",
    operandUsage: shells.joined(separator: "|"), operand: .word(shells, kind: "one shell"),
    details: "The script completes commands, options, their values and the names of queries, which it takes from the "
      + "manifest. bash: source <(plangate completions bash). zsh: plangate completions zsh > ~/.zfunc/_plangate, in a "
      + "directory of $fpath. fish: plangate completions fish > ~/.config/fish/completions/plangate.fish.",
    examples: ["plangate completions bash > /etc/bash_completion.d/plangate"],
    action: .print { options in
      options.names.first.flatMap(Shell.init).map { Completions(commands: Subcommand.all).text($0) } ?? ""
    })
}
