import Foundation
import PlanCore
import Testing

/// The recorded output of real servers: `Golden/MAJOR/NAME.json`, with the expected scans in `truth.json`.
enum GoldenCorpus {
  static let majors: [ServerMajor] = [15, 16, 18, 19]

  /// Statements for which the server has no plan, or more than one.
  static let withoutPlan = ["rule-also", "rule-nothing", "utility-create-table-as", "utility-refresh"]

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden")

  static let answers: [GoldenAnswer] = majors.flatMap { major in
    names(in: "\(major)", ending: ".json").filter { $0 != "truth" }.map { name in
      GoldenAnswer(major: major, name: name, text: text(of: "\(major)/\(name).json"))
    }
  }

  static let plans: [GoldenAnswer] = answers.filter { (try? $0.plan.get()) != nil }

  static func plan(_ name: String, _ major: ServerMajor) throws -> Plan {
    guard let answer = answers.first(where: { $0.name == name && $0.major == major }) else {
      throw MissingGolden(file: "\(major)/\(name).json")
    }
    return try answer.plan.get()
  }

  /// The names of the files with this ending, sorted; empty for a missing folder.
  static func names(in directory: String, ending: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: directory).path)) ?? []
    return files.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }

  /// The text of a file; empty if it cannot be read, since no recorded file is empty.
  static func text(of file: String) -> String {
    (try? Data(contentsOf: folder.appending(path: file))).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

struct MissingGolden: Error {
  let file: String
}

/// The answer of one server to one statement.
struct GoldenAnswer: Sendable, CustomTestStringConvertible {
  let major: ServerMajor
  let name: String
  let text: String
  let plan: Result<Plan, ExplainError>

  init(major: ServerMajor, name: String, text: String) {
    self.major = major
    self.name = name
    self.text = text
    plan = Result { () throws(ExplainError) in try Plan(explainJSON: text) }
  }

  /// Whether it is planned without the values of its parameters.
  var isGeneric: Bool { (try? plan.get())?.settings["plan_cache_mode"] == "force_generic_plan" }

  var testDescription: String { "\(major)/\(name)" }
}

/// The expected result of one scan: one element of a `truth.json`.
struct Truth: Decodable, Sendable {
  let statement: String
  let path: [Int]
  let relation: String
  let alias: String
  let rows: Double

  static func all(major: ServerMajor) throws -> [Truth] {
    let file = GoldenCorpus.folder.appending(path: "\(major)/truth.json")
    return try JSONDecoder().decode([Truth].self, from: Data(contentsOf: file))
  }
}
