import Foundation
import TestSupport
import Testing

/// Reports that go to pipes and devices, and inputs that are not regular files.
@Suite struct StreamTests {
  private static func project(_ manifest: String = "queries: [{file: one.sql}]") throws -> Project {
    let project = try Project([
      "seed.sql": "CREATE TABLE t (id integer);\n", "queries/one.sql": "SELECT 1\n",
      "queries/manifest.yml": "version: 1\nseed: [../seed.sql]\n\(manifest)\n",
    ])
    return project
  }

  private static func recorded() throws -> Project {
    let project = try project()
    try expect(project.plangate("record"), exits: 0)
    return project
  }

  /// Runs plangate in a line of bash, as `"$0" "$@"`.
  private static func bash(_ line: String, _ project: Project, _ arguments: String...) throws -> ProgramRun {
    try project.start(arguments, launcher: ["bash", "-c", line]).end()
  }

  private static func isOneDocument(_ text: String) throws -> Bool {
    try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any]
  }

  @Test(arguments: [
    #""$0" "$@" --json >(cat >out.json); s=$?; wait $!; exit $s"#, #""$0" "$@" --json /dev/stdout >out.json"#,
    #""$0" "$@" --json /dev/fd/1 | cat >out.json; exit ${PIPESTATUS[0]}"#, #""$0" "$@" --json /dev/fd/7 7>out.json"#,
    #"mkfifo pipe; cat pipe >out.json & "$0" "$@" --json pipe; s=$?; wait; exit $s"#,
    #"exec 8>out.json; "$0" "$@" --json /proc/self/fd/8"#, #""$0" "$@" --json - >out.json"#,
  ])
  func `a report that goes to a pipe or a descriptor is one document`(_ line: String) throws {
    let project = try StreamTests.recorded()
    let run = try StreamTests.bash(line, project, "check", "--junit", "junit.xml")
    try expect(run, exits: 0, leavingNothingIn: project)
    let text = try project.read("out.json")
    #expect(try StreamTests.isOneDocument(text), "\(text)")
    #expect(text.contains(#""outcome": "passed""#), "\(text)")
    #expect(try project.junit().cases.map(\.name) == ["one"])
  }

  @Test func `a run that ends early also sends one document`() throws {
    let project = try StreamTests.project("querys: []")
    let line = #"mkfifo pipe; cat pipe >out.json & "$0" "$@" --json pipe; s=$?; wait; exit $s"#
    let run = try StreamTests.bash(line, project, "check")
    try expect(run, exits: 2, stderr: ["'querys'"])
    let text = try project.read("out.json")
    #expect(try StreamTests.isOneDocument(text), "\(text)")
    #expect(text.contains("'querys'"), "\(text)")
  }

  @Test func `a run ended by a signal also sends one document`() throws {
    let project = try StreamTests.project()
    try project.edit("queries/manifest.yml", "[../seed.sql]", "[../seed.sql, run: touch begun; sleep 300]")
    let line = """
      mkfifo pipe; cat pipe >out.json & "$0" "$@" --json pipe --no-cache & p=$!
      until test -e queries/begun; do sleep 0.1; done; kill $p; wait $p; s=$?; wait; exit $s
      """
    let run = try StreamTests.bash(line, project, "check")
    try expect(run, exits: 143, leavingNothingIn: project)
    let text = try project.read("out.json")
    #expect(try StreamTests.isOneDocument(text), "\(text)")
    #expect(text.contains("ended by signal 15"), "\(text)")
  }

  @Test func `a signal ends a merge that waits for a report, and its own report says so`() throws {
    let project = try StreamTests.recorded()
    try expect(project.plangate("check", "--json", "one.json"), exits: 0)
    // The pipe has a writer that writes nothing.
    let line = """
      mkfifo pipe; sleep 60 >pipe & w=$!; "$0" "$@" & p=$!
      until test -e all.json; do sleep 0.1; done; kill $p; wait $p; s=$?; kill $w; wait $w; exit $s
      """
    let run = try StreamTests.bash(line, project, "merge", "--json", "all.json", "one.json", "pipe")
    try expect(run, exits: 143, stderr: ["ended by signal 15"], leavingNothingIn: project)
    #expect(!run.stderr.contains("server"), "a merge has no server: \(run)")
    let text = try project.read("all.json")
    #expect(text.contains("ended by signal 15") && text.contains(#""outcome": "unchecked""#), "\(text)")
  }

  @Test(arguments: [[], ["--keep"]])
  func `a signal after the last report does not change the verdict`(_ options: [String]) throws {
    let project = try StreamTests.recorded()
    // The pipe is written last; its end is seen while the server is still running.
    let line = #"mkfifo pipe; "$0" "$@" --json pipe & p=$!; cat pipe >out.json; kill $p; wait $p"#
    let run = try project.start(["check"] + options, launcher: ["bash", "-c", line]).end()
    try expect(run, exits: 0, stdout: ["1 passed"], leavingNothingIn: project)
    #expect(try project.read("out.json").contains(#""outcome": "passed""#))
  }

  @Test func `a signal ends the wait for a reader of a pipe`() throws {
    let project = try StreamTests.recorded()
    #expect(mkfifo("\(project.directory)/pipe", 0o600) == 0)
    let run = try StreamTests.bash(
      #""$0" "$@" --json pipe 2>errors & p=$!; until grep -q waiting errors; do sleep 0.1; done; kill $p; wait $p"#,
      project, "check", "--junit", "junit.xml")
    try expect(run, exits: 143, leavingNothingIn: project)
    #expect(try project.read("errors").contains("waiting for a reader of pipe"))
    #expect(try project.junit().cases.map(\.name).contains("one"))
  }

  struct Special: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let manifest: String
    let error: String
  }

  private static func special(_ description: String, _ seed: String, _ place: String, _ problem: String) -> Special {
    Special(
      testDescription: description, manifest: "version: 1\n\(seed)\n",
      error: "queries/manifest.yml:\(place): error: \(problem)")
  }

  private static let queries = "\nqueries: [{file: one.sql}]"

  static let specials = [
    special("a link to a device as a seed", "seed: [../zero.sql]" + queries, "2:8", "zero.sql is a device, not a file"),
    special("a device as a seed", "seed:\n  - /dev/zero" + queries, "3:5", "/dev/zero is a device, not a file"),
    special("a pipe as a seed", "seed: [../pipe.sql]" + queries, "2:8", "pipe.sql is a pipe, not a file"),
    special("a pipe that a glob finds", "seed: [../p*.sql]" + queries, "2:8", "pipe.sql is a pipe, not a file"),
    special("a pipe as an archive", "seed: [../pipe.dump]" + queries, "2:8", "pipe.dump is a pipe, not a file"),
    special("a socket as a seed", "seed: [../socket.sql]" + queries, "2:8", "socket.sql is a socket, not a file"),
    special(
      "a device as an input", "seed: [{run: 'true', inputs: [../zero.sql]}]" + queries, "2:31",
      "zero.sql is a device, not a file"),
    special(
      "a pipe in a directory of inputs", "seed: [{run: 'true', inputs: [../inputs]}]" + queries, "2:31",
      "inputs/deep/pipe is a pipe, not a file"),
    special("a pipe as a query", "queries: [{file: ../pipe.sql}]", "2:18", "pipe.sql is a pipe, not a file"),
    special(
      "a device as a query", "queries: [{name: z, file: ../zero.sql}]", "2:27", "zero.sql is a device, not a file"),
  ]

  @Test(arguments: specials)
  func `anything but a regular file is an error with its position before any server starts`(_ special: Special) throws {
    let project = try StreamTests.project()
    try project.write("queries/manifest.yml", special.manifest)
    try project.makeDirectory("inputs/deep")
    for path in ["pipe.sql", "pipe.dump", "inputs/deep/pipe"] {
      #expect(mkfifo("\(project.directory)/\(path)", 0o600) == 0)
    }
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/zero.sql", withDestinationPath: "/dev/zero")
    let line = #"python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket.sql")'; exec "$0" "$@""#
    let run = try StreamTests.bash(line, project, "check")
    try expect(run, exits: 2, stderr: [special.error, "^"], leavingNothingIn: project)
  }

  @Test func `links to regular files are files`() throws {
    let project = try StreamTests.project("queries: [{file: link.sql}]")
    try project.move("seed.sql", to: "real.sql")
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/seed.sql", withDestinationPath: "real.sql")
    try FileManager.default.createSymbolicLink(
      atPath: "\(project.directory)/queries/link.sql", withDestinationPath: "one.sql")
    try expect(project.plangate("record"), exits: 0, leavingNothingIn: project)
  }

  @Test(arguments: [
    #""$0" "$@" --manifest <(cat m.yml)"#, #"cat m.yml | "$0" "$@" --manifest /dev/stdin"#,
    #"mkfifo pipe; cat m.yml >pipe & "$0" "$@" --manifest pipe"#, #""$0" "$@" --manifest /dev/stdin <m.yml"#,
  ])
  func `a manifest can be read from a pipe`(_ line: String) throws {
    let project = try StreamTests.project()
    // Its paths are relative to the directory of the pipe.
    try project.write("m.yml", StreamTests.streamed(project))
    let run = try StreamTests.bash(line + "; s=$?; wait; exit $s", project, "record")
    try expect(run, exits: 0, stdout: ["1 new"], leavingNothingIn: project)
  }

  private static func streamed(_ project: Project) -> String {
    "version: 1\nbaselines: \(project.directory)/baselines\nqueries: [{name: one, sql: SELECT 1}]\n"
  }

  /// A run that reads its manifest from a pipe, and the pipe, opened for writing after the run opened it.
  private static func runWithManifestInPipe(
    _ command: String, _ project: Project
  ) throws -> (run: RunningProgram, pipe: FileHandle) {
    let path = project.path("pipe")
    try #require(mkfifo(path, 0o600) == 0)
    let running = try project.start([command, "--manifest", "pipe"])
    var pipe: Int32 = -1
    // Without a reader, a pipe cannot be opened for writing.
    try running.wait(until: "the pipe was opened") {
      pipe = open(path, O_WRONLY | O_NONBLOCK)
      return pipe >= 0
    }
    return (running, FileHandle(fileDescriptor: pipe, closeOnDealloc: true))
  }

  @Test func `a manifest can come late and in parts from a pipe`() throws {
    let project = try StreamTests.project()
    let (running, pipe) = try StreamTests.runWithManifestInPipe("record", project)
    let text = Data(StreamTests.streamed(project).utf8)
    for part in [text.prefix(20), text.dropFirst(20)] {
      try pipe.write(contentsOf: part)
      try running.wait(until: "the part was read") {
        var count: Int32 = 0
        return ioctl(pipe.fileDescriptor, UInt(FIONREAD), &count) == 0 && count == 0
      }
    }
    try pipe.close()
    try expect(running.end(), exits: 0, stdout: ["1 new"], leavingNothingIn: project)
  }

  @Test func `a signal ends a run whose manifest does not come from its pipe`() throws {
    let project = try StreamTests.project()
    let (running, pipe) = try StreamTests.runWithManifestInPipe("check", project)
    running.send(SIGTERM)
    try expect(running.end(), exits: 143, leavingNothingIn: project)
    try pipe.close()
  }

  @Test func `a manifest that is a device or a socket is an error`() throws {
    let project = try StreamTests.project()
    let run = try project.plangate("check", "--manifest", "/dev/zero")
    try expect(run, exits: 2, stderr: ["/dev/zero: error: cannot read the manifest: it is a device"])
    let null = try project.plangate("check", "--manifest", "/dev/null")
    try expect(null, exits: 2, stderr: ["/dev/null: error: cannot read the manifest: it is a device"])
    let directory = try project.plangate("check", "--manifest", "queries")
    try expect(directory, exits: 2, stderr: ["queries: error: cannot read the manifest: it is a directory"])
  }
}
