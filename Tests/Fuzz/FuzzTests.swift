import Foundation
import Testing

/// The fuzzers of `scripts/fuzz`, run briefly after their former failures.
@Suite struct FuzzTests {
  @Test(arguments: FuzzTargets.all.map { $0.name })
  func `inputs that once failed are read without a fault`(kind: String) throws {
    let target = try #require(FuzzTargets.named(kind)).init()
    let directory = try Directory()
    for path in Repository.kept(kind) {
      #expect(try target.problem(with: Repository.bytes(path), in: directory.url) == nil, "\(path)")
    }
  }

  @Test(arguments: FuzzTargets.all.map { $0.name })
  func `inputs of each kind are generated and read without a fault`(kind: String) throws {
    let target = try #require(FuzzTargets.named(kind)).init()
    let directory = try Directory()
    var inputs: Set<[UInt8]> = []
    for number in 0..<60 {
      var random = Random(seed: 1, execution: number)
      let input = target.input(using: &random)
      inputs.insert(input)
      let problem = try target.problem(with: input, in: directory.url)
      #expect(problem == nil, "execution \(number): \(String(decoding: input.prefix(2000), as: UTF8.self))")
    }
    #expect(inputs.count > 50)
  }
}

/// A directory that is removed with the value.
private final class Directory {
  let url = FileManager.default.temporaryDirectory.appending(path: "plangate-fuzz-\(UUID().uuidString)")

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }
}
