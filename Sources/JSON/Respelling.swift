extension String {
  /// The text with some of its scalars spelt otherwise.
  ///
  /// - Parameters:
  ///   - isSuspect: whether a scalar that begins with this byte may be one of them. What lies between such bytes is copied
  ///     as it is, and a text without them is returned as it is: nearly all are.
  ///   - spelling: nil for a scalar that stays.
  package func respelt(_ isSuspect: (UInt8) -> Bool, _ spelling: (Unicode.Scalar) -> String?) -> String {
    var output = ""
    var (copied, position) = (startIndex, startIndex)
    while let index = utf8[position...].firstIndex(where: isSuspect) {
      position = unicodeScalars.index(after: index)
      guard let other = spelling(unicodeScalars[index]) else { continue }
      output += self[copied..<index]
      output += other
      copied = position
    }
    return copied == startIndex ? self : output + self[copied...]
  }
}
