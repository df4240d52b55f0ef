/// Damages a text: bits and bytes, lines, parts of other texts, and typical parser mistakes.
struct Mutator {
  /// Texts that mean something to the reader.
  let pieces: [[UInt8]]

  init(pieces: [String]) { self.pieces = pieces.map { Array($0.utf8) } }

  private static let numbers: [String] = [
    "0", "-1", "-0", "1e308", "1e309", "1e-400", "9223372036854775807", "9223372036854775808", "18446744073709551616",
    "99999999999999999999999999999", "0.1", ".5", "1.", "NaN", "inf", "0x10", "2147483648", "\u{0661}",
  ]
  /// Combining marks, which form one character with the one before it, even a delimiter.
  private static let oddities: [[UInt8]] = [
    [0], [0xff], [0xc3], [0xe2, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x9f], [0xcc, 0x81], [0xe2, 0x80, 0x8d],
    [0xe2, 0x80, 0xae], [0xef, 0xbb, 0xbf], [0xc2, 0x85], [0xe2, 0x80, 0xa8], [0xc2, 0xa0], [0x0d], [0x0d, 0x0a],
    [0x1b],
    [0x7f], [0x0b], [0x0c], [0x08],
  ]

  /// - Parameter other: a text to take parts from.
  func mutated(_ bytes: [UInt8], with other: [UInt8], using random: inout Random) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(4) { change(&bytes, other, &random) }
    return bytes
  }

  private func change(_ bytes: inout [UInt8], _ other: [UInt8], _ random: inout Random) {
    let place = random.below(bytes.count)
    switch random.below(40) {
    case 0...5: if !bytes.isEmpty { bytes[place] ^= UInt8(1 << random.below(8)) }
    case 6...8: if !bytes.isEmpty { bytes[place] = random.pick(pieces).first ?? 0 }
    case 9...11: if !bytes.isEmpty { bytes.remove(at: place) }
    case 12: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(80)))
    case 13...17: bytes.insert(contentsOf: random.pick(pieces), at: place)
    case 18, 19:
      let source = random.below(bytes.count)
      bytes.insert(contentsOf: bytes[source..<min(bytes.count, source + random.below(200))], at: place)
    case 20...22: changeLines(&bytes, &random)
    case 23, 24: changeLines(&bytes, &random)
    case 25...27: changeNumber(&bytes, place, &random)
    case 28...30: putBehindDelimiter(random.pick(Mutator.oddities), &bytes, place)
    case 31, 32: bytes.insert(contentsOf: random.pick(Mutator.oddities), at: place)
    case 33, 34:
      let source = random.below(other.count)
      bytes.insert(contentsOf: other[source..<min(other.count, source + random.below(400))], at: place)
    case 35: bytes = Array(bytes[..<place] + other[random.below(other.count)...])
    case 36: bytes = Array(bytes[..<place])
    case 37: bytes = bytes.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] }
    case 38: if random.oneIn(8) { nest(&bytes, place, &random) }
    default: if random.oneIn(30) { lengthen(&bytes, place, &random) }
    }
  }

  private func changeLines(_ bytes: inout [UInt8], _ random: inout Random) {
    var lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    let (line, other) = (random.below(lines.count), random.below(lines.count))
    switch random.below(5) {
    case 0: lines.remove(at: line)
    case 1: lines.insert(lines[line], at: line)
    case 2: lines.insert(lines[line], at: other)
    case 3: lines.swapAt(line, other)
    default: lines.swapAt(line, min(line + 1, lines.count - 1))
    }
    bytes = Array(lines.joined(separator: [0x0a]))
  }

  /// Replaces the next number by another one.
  private func changeNumber(_ bytes: inout [UInt8], _ place: Int, _ random: inout Random) {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
    bytes.replaceSubrange(start..<end, with: random.pick(Mutator.numbers).utf8)
  }

  private func putBehindDelimiter(_ oddity: [UInt8], _ bytes: inout [UInt8], _ place: Int) {
    let delimiters = Array(" \n\"':,;.(){}[]=$\\|-/*~".utf8)
    guard let delimiter = bytes[place...].firstIndex(where: { delimiters.contains($0) }) else { return }
    bytes.insert(contentsOf: oddity, at: delimiter + 1)
  }

  private func nest(_ bytes: inout [UInt8], _ place: Int, _ random: inout Random) {
    let piece = random.pick(["[", "{", "(", "- ", "{\"a\":", "[[", "/*", "$$", "? ", "&a [", "'", "\\if true\n"])
    bytes.insert(contentsOf: Array(repeating: Array(piece.utf8), count: 100 << random.below(8)).joined(), at: place)
  }

  /// A token of up to a megabyte.
  private func lengthen(_ bytes: inout [UInt8], _ place: Int, _ random: inout Random) {
    let byte = random.pick(Array("aA0 '\"\n;-_#\\$:".utf8))
    bytes.insert(contentsOf: repeatElement(byte, count: 1 << (10 + random.below(11))), at: place)
  }
}
