/// A directive such as `%1$-10s`, as PostgreSQL's format() reads it.
struct FormatDirective {
  /// The conversion: `s`, `I`, `L` or `%`.
  let conversion: UInt8
  /// The position of the argument, from 0; nil for the next one.
  let position: Int?

  /// - Parameter index: the position after the percent sign; on return the position after the directive.
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
