/// Searches the rows for COPY for dates that depend on the clock, such as a field that says `today`.
enum DataScan {
  /// The first letters of such words, in lower case.
  private static let initials: [UInt8] = Array("nty".utf8)

  static func readsClock(_ rows: Slice<UnsafeRawBufferPointer>) -> Bool {
    let bytes = UnsafeRawBufferPointer(rebasing: rows)
    var at = 0
    while at < bytes.count {
      // Only the beginning of a word needs a closer look.
      guard initials.contains(bytes[at] | 0x20), at == 0 || !SQLLexer.isVariablePart(bytes[at - 1]) else {
        at += 1
        continue
      }
      var end = at
      while end < bytes.count, SQLLexer.isVariablePart(bytes[end]) { end += 1 }
      if (3...9).contains(end - at), SeedVocabulary.isClockDate(bytes[at..<end]),
        SeedVocabulary.isClockDate(field(around: at..<end, bytes))
      {
        return true
      }
      at = end
    }
    return false
  }

  /// The text between separators of fields.
  private static func field(around word: Range<Int>, _ bytes: UnsafeRawBufferPointer) -> Slice<UnsafeRawBufferPointer> {
    func isSeparator(_ byte: UInt8) -> Bool { "\t\n\r,;|\"'".utf8.contains(byte) }
    var start = word.lowerBound
    while start > 0, word.lowerBound - start < 60, !isSeparator(bytes[start - 1]) { start -= 1 }
    var end = word.upperBound
    while end < bytes.count, end - word.upperBound < 60, !isSeparator(bytes[end]) { end += 1 }
    return bytes[start..<end]
  }
}
