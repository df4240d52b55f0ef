import Foundation
import PlanCore
import Reporting
import Testing

/// Third-party programs read the JUnit report, including hostile names and messages.
@Suite struct ConsumerTests {
  /// Runs a program on the report of a run and returns its output.
  private func output(of words: [String], on run: RunOutcome) throws -> String {
    let directory = FileManager.default.temporaryDirectory.appending(path: "plangate-consumer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let report = directory.appending(path: "junit.xml")
    try Data(JUnitReport.text(run).utf8).write(to: report)
    let output = directory.appending(path: "output")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words + [report.path]
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = process.standardOutput
    try process.run()
    process.waitUntilExit()
    let text = String(decoding: try Data(contentsOf: output), as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(words): \(text)")
    return text
  }

  /// Validates against `junit.rng`, a part of what Jenkins' xUnit plugin accepts, with two additional attributes.
  @Test func `xmllint accepts every report against the schema that services read`() throws {
    let schema = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "junit.rng").path
    var early = RunOutcome(plangateVersion: "0.1.0", manifest: hostile)
    early.error = hostile
    for run in [try EveryKind.run(), try Shop.matrix(), early] {
      let output = try output(of: ["xmllint", "--noout", "--relaxng", schema], on: run)
      #expect(output.hasSuffix("junit.xml validates\n"), "\(output)")
    }
  }

  @Test func `junitparser counts what failed and could not be checked`() throws {
    let script = """
      import sys, junitparser
      suites = junitparser.JUnitXml.fromfile(sys.argv[1])
      cases = [case for suite in suites for case in suite]
      kinds = [type(result).__name__ for case in cases for result in case.result]
      print(len(cases), kinds.count('Failure'), kinds.count('Error'), kinds.count('Skipped'))
      print(suites.tests, suites.failures, suites.errors)
      """
    // The distribution's interpreter, which has the distribution's packages.
    let run = try EveryKind.run()
    let lines = try output(of: ["/usr/bin/python3", "-c", script], on: run).split(separator: "\n").map(String.init)
    let failures =
      run.cases.count { $0.isFailed(strict: run.isStrict) && $0.verdict != .unchecked }
      + run.migrations.count(where: \.isFailed)
    let errors = run.count(.unchecked) + (run.error == nil ? 0 : 1)
    let cases = run.cases.count + run.migrations.count + (run.error == nil ? 0 : 1)
    #expect(lines == ["\(cases) \(failures) \(errors) 0", "\(cases) \(failures) \(errors)"])
  }
}
