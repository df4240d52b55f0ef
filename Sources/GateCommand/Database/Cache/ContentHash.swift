import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A short name for some bytes: MurmurHash3, x64, 128 bits, as 32 hexadecimal digits.
///
/// It names entries of the cache after seeds of any size. `fingerprint` has too few digits for that, and SHA-256 in
/// plain Swift is many times slower.
///
/// It distinguishes contents that differ by chance or by an edit. It does not protect against someone who constructs
/// two contents with the same name; seed files belong to the repository.
struct ContentHash {
  private var h1: UInt64 = 0
  private var h2: UInt64 = 0
  private var length = 0
  /// The bytes that do not fill a block of 16 yet.
  private var rest: [UInt8] = []

  private static let c1: UInt64 = 0x87c3_7b91_1142_53d5
  private static let c2: UInt64 = 0x4cf5_ad43_2745_937f

  mutating func add(_ text: String) {
    // A separator, so that "ab", "c" and "a", "bc" differ.
    var bytes = Array(text.utf8)
    bytes += [0]
    bytes.withUnsafeBytes { add($0) }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    length += bytes.count
    var bytes = bytes[...]
    if !rest.isEmpty {
      let taken = min(16 - rest.count, bytes.count)
      rest += bytes.prefix(taken)
      bytes = bytes.dropFirst(taken)
      guard rest.count == 16 else { return }
      rest.withUnsafeBytes { mix($0[...]) }
      rest = []
    }
    let whole = bytes.count / 16 * 16
    mix(bytes.prefix(whole))
    rest = Array(bytes.dropFirst(whole))
  }

  /// Mixes in whole blocks.
  private mutating func mix(_ bytes: Slice<UnsafeRawBufferPointer>) {
    let bytes = UnsafeRawBufferPointer(rebasing: bytes)
    for offset in stride(from: 0, to: bytes.count, by: 16) {
      h1 ^= ContentHash.scrambled1(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      h1 = (h1.rotated(27) &+ h2) &* 5 &+ 0x52dc_e729
      h2 ^= ContentHash.scrambled2(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
      h2 = (h2.rotated(31) &+ h1) &* 5 &+ 0x3849_5ab5
    }
  }

  private static func scrambled1(_ k: UInt64) -> UInt64 { (k &* c1).rotated(31) &* c2 }

  private static func scrambled2(_ k: UInt64) -> UInt64 { (k &* c2).rotated(33) &* c1 }

  var digits: String {
    var (a, b) = (h1, h2)
    func tail(_ range: Range<Int>) -> UInt64 {
      rest.indices.filter(range.contains).reduce(0) { $0 | UInt64(rest[$1]) << UInt64(8 * ($1 - range.lowerBound)) }
    }
    if rest.count > 8 { b ^= ContentHash.scrambled2(tail(8..<16)) }
    if !rest.isEmpty { a ^= ContentHash.scrambled1(tail(0..<8)) }
    a ^= UInt64(length)
    b ^= UInt64(length)
    a &+= b
    b &+= a
    a = a.finished
    b = b.finished
    a &+= b
    b &+= a
    return a.hexadecimal + b.hexadecimal
  }

  /// The hash of some texts.
  static func digits(of texts: [String]) -> String {
    var hash = ContentHash()
    for text in texts { hash.add(text) }
    return hash.digits
  }

  /// The hash of a file's bytes; nil when the file cannot be read.
  static func digits(ofFile path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var hash = ContentHash()
    let size = 1 << 18
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(file, buffer, size)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return hash.digits }
      hash.add(UnsafeRawBufferPointer(start: buffer, count: count))
    }
  }
}

extension UInt64 {
  fileprivate func rotated(_ count: UInt64) -> UInt64 { self << count | self >> (64 - count) }

  fileprivate var finished: UInt64 {
    var k = self
    k ^= k >> 33
    k = k &* 0xff51_afd7_ed55_8ccd
    k ^= k >> 33
    k = k &* 0xc4ce_b9fe_1a85_ec53
    return k ^ k >> 33
  }

  fileprivate var hexadecimal: String {
    let digits = String(self, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
