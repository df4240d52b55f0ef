extension Subcommand {
  static let help = Subcommand(
    name: "help", summary: "show this text, or the options of a command", operandUsage: "[command]",
    operand: .command, details: "Without a command it lists the commands.", examples: ["plangate help check"],
    action: .print { _ in Help(commands: Subcommand.all).text(nil) })
}
