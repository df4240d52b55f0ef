import Testing
import YAML

/// Broken input produces a value or an error with a message and a position, never a crash.
@Suite struct MutationTests {
  private static let manifest = Array(
    """
    # The queries of the shop.
    server: "17"
    settings: &settings {work_mem: 64MB, 'random_page_cost': 1.1}
    queries:
      - name: open orders
        settings: *settings
        parameters: [1, ~, "caf\\u00e9", !!str 5]
        sql: |
          select * from orders -- é 😀
            where status = 'open'
      - name: >-
          totals by
          month
        file: sql/totals.sql

    """.utf8)

  /// SplitMix64, which produces the same bytes in every run.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private struct Tally {
    var values = 0
    var messages: Set<String> = []

    /// Parses twice, because an answer that depends on the contents of uninitialized memory would differ.
    mutating func add(_ bytes: [UInt8]) {
      let result = Result { () throws(YAMLError) in try YAMLParser.parse(bytes) }
      #expect(result == Result { () throws(YAMLError) in try YAMLParser.parse(bytes) }, "\(bytes)")
      switch result {
      case .success:
        values += 1
      case .failure(let error):
        messages.insert(error.message)
        #expect(!error.message.isEmpty, "\(bytes)")
        guard let mark = error.mark else {
          #expect(error.message == "the file is empty", "\(bytes)")
          return
        }
        // Every line break and every column takes a byte; a missing end is noticed one past the last.
        #expect((1...bytes.count + 2).contains(mark.line + mark.column - 1), "\(mark): \(bytes)")
      }
    }
  }

  @Test func `the manifest is valid before it is broken`() throws {
    let node = try YAMLParser.parse(Self.manifest)
    #expect(node["queries"]?.sequence?.map { $0["name"]?.scalarText } == ["open orders", "totals by month"])
    #expect(node["queries"]?.sequence?.first?["settings"]?.value == node["settings"]?.value)
  }

  @Test func `every truncation is a value or an error with a position`() {
    var tally = Tally()
    for length in 0...Self.manifest.count { tally.add(Array(Self.manifest.prefix(length))) }
    #expect(tally.values > 100)
    #expect(tally.messages.isSuperset(of: ["the file is empty", "incomplete UTF-8 octet sequence"]))
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `every mutation is a value or an error with a position`(seed: UInt64) {
    var generator = Generator(state: seed)
    let indicators = Array("\t\n\r :-?,[]{}#&*!|>'\"%@`\\\0~".utf8)
    var tally = Tally()
    for _ in 0..<1_500 {
      var bytes = Self.manifest
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
        case 1: bytes[place] = indicators.randomElement(using: &generator) ?? 0
        case 2: bytes.insert(indicators.randomElement(using: &generator) ?? 0, at: place)
        case 3: bytes.remove(at: place)
        default:
          let source = Int.random(in: 0..<bytes.count, using: &generator)
          bytes.insert(contentsOf: bytes[source..<min(source + 20, bytes.count)], at: place)
        }
      }
      tally.add(bytes)
    }
    // Both outcomes occur often enough to be meaningful.
    #expect(tally.values > 100)
    #expect(tally.messages.count > 20)
  }
}
