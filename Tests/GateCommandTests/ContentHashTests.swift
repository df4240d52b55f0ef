import Testing
import TestSupport

@testable import GateCommand

@Suite struct ContentHashTests {
  private func digits(_ bytes: [UInt8], inPieces sizes: [Int] = []) -> String {
    var hash = ContentHash()
    var rest = bytes[...]
    for size in sizes {
      Array(rest.prefix(size)).withUnsafeBytes { hash.add($0) }
      rest = rest.dropFirst(size)
    }
    Array(rest).withUnsafeBytes { hash.add($0) }
    return hash.digits
  }

  /// Values that implementations of MurmurHash3, x64, 128 bits, seed 0 publish.
  @Test(arguments: [
    ("", "00000000000000000000000000000000"),
    ("hello", "cbd8a7b341bd9b025b1e906a48ae1d19"),
    ("hello, world", "342fac623a5ebc8e4cdcbc079642414d"),
    ("Hello world", "bd656d29d21ac0094ab5b5cd54eb2cb3"),
    ("19 Jan 2038 at 3:14:07 AM", "b89e5988b737affc664fc2950231b2cb"),
    ("The quick brown fox jumps over the lazy dog.", "cd99481f9ee902c9695da1a38987b6e7"),
    ("The quick brown fox jumps over the lazy dog", "e34bbc7bbc071b6c7a433ca9c49a9347"),
  ])
  func `a text has the published hash`(text: String, expected: String) {
    #expect(digits(Array(text.utf8)) == expected)
  }

  @Test func `bytes in odd pieces have the same hash as in one`() {
    var generator = Generator(state: 1)
    for length in Array(0...70) + [255, 256, 257, 1000] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let whole = digits(bytes)
      for _ in 0..<20 {
        let sizes = (0..<Int.random(in: 1...9, using: &generator)).map { _ in Int.random(in: 0...37, using: &generator)
        }
        #expect(digits(bytes, inPieces: sizes) == whole, "\(length) bytes in pieces of \(sizes)")
      }
    }
  }

  @Test func `one bit makes another hash, wherever it is`() {
    let bytes = [UInt8](repeating: 0x61, count: 53)
    var seen: Set<String> = [digits(bytes)]
    for index in bytes.indices {
      for bit in 0..<8 {
        var other = bytes
        other[index] ^= 1 << UInt8(bit)
        seen.insert(digits(other))
      }
    }
    for length in 0..<53 { seen.insert(digits(Array(bytes.prefix(length)))) }
    #expect(seen.count == 1 + 53 * 8 + 53)
    #expect(seen.allSatisfy { $0.count == 32 })
  }

  @Test func `adjacent texts are separated`() {
    let lists = [[], [""], ["", ""], ["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""], ["", "abc"]]
    #expect(Set(lists.map { ContentHash.digits(of: $0) }).count == lists.count)
  }

  @Test func `a file has the hash of its bytes`() throws {
    var generator = Generator(state: 2)
    // Longer than one read, and not a round size.
    for length in [0, 1, 4096, 1 << 18, (1 << 18) * 2 + 13] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let project = try Project()
      try project.write("file", bytes: bytes)
      #expect(ContentHash.digits(ofFile: project.path("file")) == digits(bytes), "\(length) bytes")
    }
  }

  @Test func `an unreadable file has no hash`() throws {
    let project = try Project(["folder/file": ""])
    #expect(ContentHash.digits(ofFile: project.path("missing")) == nil)
    #expect(ContentHash.digits(ofFile: project.path("folder")) == nil)
  }
}
