/// SplitMix64, which produces the same numbers in every run with the same seed.
struct Random: RandomNumberGenerator {
  var state: UInt64

  /// The numbers of one execution, independent of what ran before it.
  init(seed: UInt64, execution: Int) { state = seed &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: Int64(execution)) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to but not including `limit`; 0 for an empty range.
  mutating func below(_ limit: Int) -> Int { limit > 0 ? Int.random(in: 0..<limit, using: &self) : 0 }

  /// Returns true once in `count` times on average.
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }

  /// A random element.
  ///
  /// It traps on an empty list, but no list of a fuzzer is empty.
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}
