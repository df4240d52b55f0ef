import JSON

/// Numbers as people write them.
package enum Figures {
  /// `7`, `940`, `1,733`, `21.4k`, `3.2M`; below ten with one decimal where there is one.
  package static func count(_ number: Double) -> String {
    let size = abs(number)
    if size >= 999_950_000 { return rounded(number / 1e9, 1) + "G" }
    if size >= 999_950 { return rounded(number / 1e6, 1) + "M" }
    if size >= 10_000 { return rounded(number / 1e3, 1) + "k" }
    return size < 10 ? rounded(number, 1) : grouped(number)
  }

  /// `1.3`, `53`, `2,536`.
  package static func factor(_ number: Double) -> String {
    guard number.isFinite else { return "?" }
    return number < 10 ? rounded(number, 1) : grouped(number.rounded())
  }

  /// `1,002,536`.
  package static func grouped(_ number: Double) -> String {
    guard abs(number) < 1e15 else { return JSON.numberText(number) }
    var digits = Array(String(Int64(number.rounded())))
    var position = digits.count - 3
    while position > (digits[0] == "-" ? 1 : 0) {
      digits.insert(",", at: position)
      position -= 3
    }
    return String(digits)
  }

  private static func rounded(_ number: Double, _ decimals: Int) -> String {
    guard abs(number) < 1e15 else { return JSON.numberText(number) }
    let scale = decimals == 1 ? 10.0 : 1
    let value = (number * scale).rounded() / scale
    return JSON.numberText(value)
  }
}
