/// `%1$-10s` and its like, as PostgreSQL's format() reads them.
struct FormatDirective {
  /// `s`, `I`, `L` or `%`.
  let conversion: UInt8
  /// From 0; nil for the next argument.
  let position: Int?

  /// - Parameter index: behind the percent sign; afterwards behind the directive.
  init?<Format: RandomAccessCollection<UInt8>>(_ format: Format, _ index: inout Int) where Format.Index == Int {
    var position: Int?
    let start = index
    var number = 0
    while index < format.endIndex, SQLLexer.isDigit(format[index]), number < 1000 {
      number = number * 10 + Int(format[index] - 0x30)
      index += 1
    }
    if index > start, index < format.endIndex, format[index] == UInt8(ascii: "$") {
      position = number - 1
      index += 1
    } else {
      index = start
    }
    while index < format.endIndex, format[index] == UInt8(ascii: "-") || SQLLexer.isDigit(format[index]) { index += 1 }
    guard index < format.endIndex, position ?? 0 >= 0 else { return nil }
    conversion = format[index]
    self.position = position
    index += 1
  }
}
