import Foundation
import TestSupport
import Testing

@testable import OperatingSystem

@Suite struct ChildProcessTests {
  private let project: Project
  private var outputPath: String { "\(project.directory)/output" }

  init() throws { project = try Project() }

  private func shell(_ script: String, environment: [String: String] = plainEnvironment()) -> Command {
    Command("sh", ["-c", script], environment: environment, outputPath: outputPath)
  }

  @Test func `an exit status is returned`() throws {
    for status: Int32 in [0, 1, 3, 127, 255] {
      #expect(try ChildProcess.run(shell("exit \(status)")) == .status(status))
    }
    #expect(ChildExit.status(3).description == "exit status 3")
  }

  @Test func `the signal that ended a child is returned`() throws {
    #expect(try ChildProcess.run(shell("kill -TERM $$")) == .signal(SIGTERM))
    #expect(try ChildProcess.run(shell("kill -KILL $$")) == .signal(SIGKILL))
    #expect(ChildExit.signal(9).description == "signal 9")
  }

  @Test func `both outputs go to the file, after what it holds`() throws {
    try project.write("output", "before\n")
    #expect(try ChildProcess.run(shell("echo one; echo two >&2; echo three")) == .status(0))
    #expect(try project.read("output") == "before\none\ntwo\nthree\n")
  }

  @Test func `an output file is readable by its owner only`() throws {
    #expect(try ChildProcess.run(shell("echo one")) == .status(0))
    let attributes = try FileManager.default.attributesOfItem(atPath: outputPath)
    #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
  }

  @Test func `a child has no input, and without a file no output`() throws {
    #expect(try ChildProcess.run(shell("cat; echo end")) == .status(0))
    #expect(try project.read("output") == "end\n")
    let silent = Command("sh", ["-c", "echo lost; echo lost >&2"], environment: plainEnvironment())
    #expect(try ChildProcess.run(silent) == .status(0))
  }

  @Test func `output may exceed the size of a pipe`() throws {
    #expect(try ChildProcess.run(shell("head -c 1000000 /dev/zero >&2; head -c 1000000 /dev/zero")) == .status(0))
    #expect(try FileManager.default.attributesOfItem(atPath: outputPath)[.size] as? Int == 2_000_000)
  }

  @Test func `a child starts in the given directory`() throws {
    for name in ["plain", "it's odd; $HOME \"x\"", "-n"] {
      try project.makeDirectory(name)
      var command = shell("pwd; printf '%s|' \"$@\"")
      command.arguments += ["sh", "a b", "$HOME", "", "'"]
      command.directory = "\(project.directory)/\(name)"
      try? project.remove("output")
      #expect(try ChildProcess.run(command) == .status(0))
      #expect(try project.read("output") == "\(project.directory)/\(name)\na b|$HOME||'|")
    }
    var command = shell("echo here")
    command.directory = "\(project.directory)/missing"
    try? project.remove("output")
    #expect(try ChildProcess.run(command) != .status(0))
    #expect(try !project.read("output").contains("here\n"))
  }

  @Test func `a child's environment is the given one and the mark of the run`() throws {
    let environment = [
      "PATH": plainEnvironment()["PATH"] ?? "", "ONE": "it's = \"one\"", "LINES_OF": "a\nb", "EMPTY": "",
    ]
    let program = try #require(findProgram("env", in: environment["PATH"]))
    #expect(
      try ChildProcess.run(Command(program, ["-0"], environment: environment, outputPath: outputPath)) == .status(0))
    // Some shells print their position.
    let seen = try project.read("output").split(separator: "\0").map(String.init)
      .filter { !$0.hasPrefix("PWD=") && $0 != RunMark.text }
    #expect(Set(seen) == Set(environment.map { "\($0.key)=\($0.value)" }))
  }

  @Test func `a child's environment leaves out files and tokens of the CI service`() throws {
    let withheld = [
      "GITHUB_ENV", "GITHUB_PATH", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL",
    ]
    let kept = ["GITHUB_SHA", "GITHUB_WORKSPACE", "ACTIONS_STEP_DEBUG", "MY_TOKEN"]
    let environment = plainEnvironment().merging((withheld + kept).map { ($0, "value") }) { $1 }
    #expect(try ChildProcess.run(shell("env", environment: environment)) == .status(0))
    let seen = Set(try project.read("output").split(separator: "\n").map { String($0.prefix { $0 != "=" }) })
    #expect(seen.isDisjoint(with: withheld) && seen.isSuperset(of: kept), "\(seen)")
  }

  @Test func `a child's standard input can be a file that it could not open itself`() throws {
    try project.write("input", "one\ntwo\n")
    var command = shell("cat")
    command.input = OpenFile(reading: "\(project.directory)/input")
    #expect(try ChildProcess.run(command) == .status(0))
    #expect(try project.read("output") == "one\ntwo\n")
    #expect(OpenFile(reading: "\(project.directory)/missing") == nil)
  }

  @Test func `starting a process is retried while there is no room for one`() {
    var answers = [EAGAIN, ENOMEM, EAGAIN, 0, 0]
    #expect(ChildProcess.untilThereIsRoom { answers.removeFirst() } == 0)
    #expect(answers == [0])
  }

  @Test(arguments: [EAGAIN, ENOMEM])
  func `a lasting lack of processes is an error with the next step`(error: Int32) {
    var calls = 0
    let last = ChildProcess.untilThereIsRoom(atMost: .milliseconds(1)) {
      calls += 1
      return error
    }
    #expect(last == error && calls == 2)
    let told = SpawnError(program: "psql", error: last)
    #expect(told.isExhausted)
    #expect(
      told.description
        == "cannot run psql: \(String(cString: strerror(error)))\nthe limit on processes or memory is reached: "
        + "raise it (ulimit -u, the pids limit of a container), or run fewer programs")
  }

  @Test(arguments: [ENOENT, EACCES, E2BIG])
  func `no other error is retried`(error: Int32) {
    var answers = [error, 0]
    #expect(ChildProcess.untilThereIsRoom { answers.removeFirst() } == error)
    #expect(answers == [0])
    #expect(!SpawnError(program: "psql", error: error).isExhausted)
  }

  @Test func `a missing program is an error`() throws {
    for program in ["no-such-program", "/no/such/program", "./no-such-program", ""] {
      let error = try #require(throws: SpawnError.self) {
        try ChildProcess.run(Command(program, [], environment: plainEnvironment()))
      }
      #expect(error == SpawnError(program: program, reason: "not found"))
      #expect(error.description == "cannot run \(program): not found")
    }
    try project.write("text", "no program\n")
    #expect(throws: SpawnError.self) {
      try ChildProcess.run(Command("\(project.directory)/text", [], environment: plainEnvironment()))
    }
    #expect(throws: SpawnError.self) { try ChildProcess.run(Command("sh", [], environment: [:])) }
  }

  @Test func `a name is looked up in the given PATH, skipping files that cannot be run`() throws {
    try project.makeDirectory("one/tool")
    try project.write("two/tool", "#!/bin/sh\n")
    try project.writeProgram("three/tool", "#!/bin/sh\necho three\n")
    let path = ["one", "two", "three"].map { "\(project.directory)/\($0)" }.joined(separator: ":")
    #expect(findProgram("tool", in: path) == "\(project.directory)/three/tool")
    #expect(findProgram("tool", in: nil) == nil)
    let command = Command("tool", [], environment: ["PATH": path], outputPath: outputPath)
    #expect(try ChildProcess.run(command) == .status(0))
    #expect(try project.read("output") == "three\n")
  }

  @Test func `hasEnded does not wait`() throws {
    let child = try ChildProcess(spawning: shell("exec sleep 300"))
    #expect(!child.hasEnded)
    child.send(SIGTERM)
    #expect(child.wait() == .signal(SIGTERM))
    #expect(child.hasEnded)
    #expect(child.wait() == .signal(SIGTERM))
    // Its process id may have been reused.
    child.send(SIGKILL)
  }

  @Test func `background processes of a child end with it`() throws {
    #expect(try ChildProcess.run(shell("sleep 300 & echo $!; exit 4")) == .status(4))
    let background = try #require(Int32(try project.read("output").dropLast()))
    // Its new parent reaps it later.
    let deadline = ContinuousClock.now + .seconds(10)
    while isRunning(background), ContinuousClock.now < deadline { usleep(5000) }
    #expect(!isRunning(background))
  }

  /// Whether a process exists and is not a zombie.
  private func isRunning(_ pid: Int32) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    #if os(Linux)
      guard let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
      return !state.contains(") Z ")
    #else
      return true
    #endif
  }

  @Test func `a child leads its own process group and takes signals as usual`() throws {
    let child = try ChildProcess(
      spawning: shell("trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.01; done"))
    let deadline = ContinuousClock.now + .seconds(30)
    while (try? project.read("output")) != "ready\n", ContinuousClock.now < deadline { usleep(2000) }
    #expect(getpgid(child.pid) == child.pid)
    child.send(SIGINT)
    #expect(child.wait() == .status(5))
    #expect(try project.read("output") == "ready\ncaught\n")
  }
}
