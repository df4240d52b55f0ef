import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The program that `scripts/fuzz` runs, so that a crash or a hang ends it and not the script.
///
/// run KIND EXECUTIONS SEED FROM DIRECTORY     executions FROM up to EXECUTIONS
///     again KIND FILE DIRECTORY                   one input
///     seeds                                       see SeedReading
///
/// The next input is written to `DIRECTORY/KIND.input` first, and its number to `DIRECTORY/KIND.number`.
@main
struct FuzzCommand {
  /// The limit of processor time for one input of up to a few megabytes.
  private static let limit = 10

  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch (words.first, words.count) {
    case ("run", 6):
      try run(
        words[1], executions: Int(words[2]) ?? 0, seed: UInt64(words[3]) ?? 0, from: Int(words[4]) ?? 0,
        URL(fileURLWithPath: words[5]))
    case ("again", 4): try again(words[1], URL(fileURLWithPath: words[2]), URL(fileURLWithPath: words[3]))
    case ("seeds", 1): try SeedReading.answerLines()
    default: throw UnknownInput(message: "see the comment in FuzzCommand.swift, or run scripts/fuzz")
    }
  }

  private static func target(_ kind: String) throws -> any FuzzTarget {
    guard let type = FuzzTargets.named(kind) else { throw UnknownInput(message: "unknown kind '\(kind)'") }
    return try type.init()
  }

  private static func run(_ kind: String, executions: Int, seed: UInt64, from: Int, _ directory: URL) throws {
    let target = try target(kind)
    // The kept inputs come first.
    let kept = try FuzzTargets.named(kind).map { try Repository.kept($0.name).map(Repository.bytes) } ?? []
    for number in from..<max(from, executions) {
      var random = Random(seed: seed, execution: number)
      let input = number < kept.count ? kept[number] : target.input(using: &random)
      try Data(input).write(to: directory.appending(path: "\(kind).input"))
      try Data("\(number)\n".utf8).write(to: directory.appending(path: "\(kind).number"))
      limitTime()
      guard let problem = try target.problem(with: input, in: directory) else { continue }
      let file = directory.appending(path: "\(kind)-\(number)").path
      if !FileManager.default.fileExists(atPath: file) { try Data(input).write(to: URL(fileURLWithPath: file)) }
      say("\(problem.kind.rawValue)\t\(number)\t\(file)\t\(problem.message.replacing("\n", with: " "))")
    }
    say("done")
  }

  private static func again(_ kind: String, _ file: URL, _ directory: URL) throws {
    limitTime()
    guard let problem = try target(kind).problem(with: Array(Data(contentsOf: file)), in: directory) else {
      return say("nothing is wrong")
    }
    say("\(problem.kind.rawValue): \(problem.message)")
    exit(1)
  }

  /// Sets a signal that ends the process when one input takes too long.
  private static func limitTime() {
    var timer = itimerval(it_interval: timeval(tv_sec: 0, tv_usec: 0), it_value: timeval(tv_sec: limit, tv_usec: 0))
    #if canImport(Darwin)
      setitimer(ITIMER_PROF, &timer, nil)
    #else
      setitimer(__itimer_which_t(ITIMER_PROF.rawValue), &timer, nil)
    #endif
  }
}
