import Foundation

/// A kind of input that plangate reads, with properties that hold for every input, damaged or not.
protocol FuzzTarget {
  /// The name of its folder of kept inputs.
  static var name: String { get }

  /// Reads the files that inputs are made from.
  init() throws

  /// Makes an input.
  func input(using random: inout Random) -> [UInt8]

  /// Gives an input to the code that reads it.
  ///
  /// - Parameter directory: a directory for files that the code reads.
  /// - Returns: the problem with the result; nil if there is none.
  func problem(with input: [UInt8], in directory: URL) throws -> Problem?
}

/// A failure caused by an input.
///
/// A crash or a hang is detected from outside.
struct Problem: Equatable {
  enum Kind: String {
    /// A pass although something was wrong, or was not checked.
    case falsePass = "false pass"
    /// Another broken property: a failure without cause, a position outside the file, or a different text when written
    /// again.
    case fault
  }

  let kind: Kind
  let message: String

  static func fault(_ message: String) -> Problem { Problem(kind: .fault, message: message) }
  static func falsePass(_ message: String) -> Problem { Problem(kind: .falsePass, message: message) }
}

enum FuzzTargets {
  static var all: [any FuzzTarget.Type] {
    [ManifestFuzz.self, BaselineFuzz.self, MergeFuzz.self, ScannerFuzz.self, ExplainFuzz.self]
  }

  static func named(_ name: String) -> (any FuzzTarget.Type)? { all.first { $0.name == name } }
}

/// The files of the repository that inputs are made from.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: root.appending(path: path))) }

  /// The paths of the files in a directory with this ending, sorted.
  static func paths(in directory: String, ending: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: directory).path).filter {
      $0.hasSuffix(ending)
    }.sorted().map { "\(directory)/\($0)" }
  }

  /// The inputs of a kind that once failed, by their paths.
  static func kept(_ kind: String) -> [String] { (try? paths(in: "Tests/Fuzz/Corpus/\(kind)", ending: "")) ?? [] }
}

/// Writes a line at once, so that it is not lost when an execution ends the process.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }

/// The first control character of a text for people, other than a line feed.
func controlCharacter(in text: String) -> Unicode.Scalar? {
  text.unicodeScalars.first { $0 != "\n" && $0.properties.generalCategory == .control }
}
