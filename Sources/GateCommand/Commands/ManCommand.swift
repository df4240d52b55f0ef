extension Subcommand {
  static let man = Subcommand(
    name: "man", summary: "print the manual page",
    details: "In roff, on standard output: plangate man | man -l -", examples: ["plangate man | man -l -"],
    action: .print { _ in ManPage(commands: Subcommand.all).text })
}
