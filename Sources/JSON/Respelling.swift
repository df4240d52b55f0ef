extension String {
  /// The text with some of its scalars spelled differently.
  ///
  /// - Parameters:
  ///   - isSuspect: whether a scalar that begins with this byte may need another spelling. Text between such bytes is
  ///     copied unchanged, and a text without them, which is the usual case, is returned as it is.
  ///   - spelling: the new spelling of a scalar; nil keeps it.
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
