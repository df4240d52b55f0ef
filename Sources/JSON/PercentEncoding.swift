extension String {
  /// The text as a part of a URI: each byte is encoded unless it is unreserved (RFC 3986) or one of the given
  /// characters.
  package func percentEncoded(besides others: String = "") -> String {
    utf8.map { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"):
        return String(Unicode.Scalar(byte))
      case _ where "-._~".utf8.contains(byte) || others.utf8.contains(byte): return String(Unicode.Scalar(byte))
      default: return (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }
}
