import Foundation
import Synchronization

/// The published JSON Schemas, and a third-party program that validates against them.
package final class SchemaValidator: Sendable {
  package enum Schema: String, Sendable {
    case manifest, report

    package var path: String { SchemaValidator.root.appending(path: "schemas/\(rawValue).schema.json").path }

    package var text: String {
      get throws { try String(contentsOfFile: path, encoding: .utf8) }
    }
  }

  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The validator for all tests: starting it takes longer than all its work.
  private static let shared = Result { try SchemaValidator() }

  private struct Pipes: Sendable {
    let input: FileHandle
    let output: FileHandle
  }

  private let pipes: Mutex<Pipes>

  private init() throws {
    let (input, output) = (Pipe(), Pipe())
    let process = Process()
    // The distribution's interpreter, which has the distribution's packages.
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["-W", "ignore", SchemaValidator.root.appending(path: "Tests/validate.py").path]
    process.standardInput = input
    process.standardOutput = output
    // Without the packages it ends at once, and writing to it must be an error and not a signal.
    signal(SIGPIPE, SIG_IGN)
    try process.run()
    pipes = Mutex(Pipes(input: input.fileHandleForWriting, output: output.fileHandleForReading))
  }

  /// The problem with a text; empty for a valid one.
  ///
  /// - Parameter isClosed: whether keys that the schema does not describe are errors too.
  package static func problems(of text: String, _ schema: Schema, isClosed: Bool = true) throws -> [String] {
    let request: [String: Any] = [
      "schema": schema.path, "text": text, "format": schema == .manifest ? "yaml" : "json", "closed": isClosed,
    ]
    var line = try JSONSerialization.data(withJSONObject: request)
    line.append(UInt8(ascii: "\n"))
    let answer = try shared.get().ask(line)
    guard let problems = try? JSONSerialization.jsonObject(with: answer) as? [String] else {
      throw TestFailure("Tests/validate.py does not answer; scripts/install installs what it needs")
    }
    return problems
  }

  private func ask(_ line: Data) throws -> Data {
    try pipes.withLock { pipes in
      try pipes.input.write(contentsOf: line)
      var answer = Data()
      while answer.last != UInt8(ascii: "\n") {
        let part = pipes.output.availableData
        if part.isEmpty { break }
        answer.append(part)
      }
      return answer
    }
  }
}
