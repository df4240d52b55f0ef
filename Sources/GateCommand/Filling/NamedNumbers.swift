#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Numbers like those that columns of usual names have.
struct NamedNumbers: Equatable {
  var low: Double
  var high: Double
  /// 1 for all alike; the higher, the more small ones.
  var power: Int

  init(_ low: Double, _ high: Double, power: Int = 1) {
    (self.low, self.high, self.power) = (low, high, power)
  }

  /// - Parameter rows: how many rows the table gets, for numbers that name other rows.
  init(_ name: String, rows: Int) {
    let words = ColumnWords(name)
    self =
      switch true {
      case words.isReference: NamedNumbers(1, Double(max(1, rows / 4)), power: 3)
      case words.has("latitude", "lat"): NamedNumbers(-60, 70)
      case words.has("longitude", "lng", "lon", "long"): NamedNumbers(-180, 180)
      case words.has("percent", "percentage", "pct", "progress"): NamedNumbers(0, 100)
      case words.has("rate", "ratio", "probability", "confidence", "fraction"): NamedNumbers(0, 1)
      case words.has("rating", "stars"): NamedNumbers(1, 5)
      case words.has("quantity", "qty", "units", "items"): NamedNumbers(1, 20, power: 3)
      case words.has(
        "price", "amount", "total", "subtotal", "cost", "fee", "salary", "balance", "revenue", "tax", "cents"):
        NamedNumbers(1, 10_000, power: 3)
      case words.has("year"): NamedNumbers(2000, 2025)
      case words.has("month"): NamedNumbers(1, 12)
      case words.has("day"): NamedNumbers(1, 28)
      case words.has("hour"): NamedNumbers(0, 23)
      case words.has("age"): NamedNumbers(18, 90)
      case words.has("port"): NamedNumbers(1024, 65_535)
      case words.has("priority", "severity", "level", "tier", "grade"): NamedNumbers(1, 5, power: 2)
      case words.has("status", "state", "type", "kind", "category", "flags"): NamedNumbers(0, 4, power: 3)
      case words.has("attempts", "retries", "retry", "tries", "version", "revision"): NamedNumbers(0, 5, power: 4)
      case words.has("position", "rank", "sort", "ordinal", "sequence", "seq", "index", "line", "no"):
        NamedNumbers(1, 20)
      case words.has("size", "bytes", "length", "duration", "ms", "seconds", "millis", "width", "height", "weight"):
        NamedNumbers(1, 100_000, power: 3)
      case words.has("count", "views", "likes", "clicks", "stock", "visits"): NamedNumbers(0, 5000, power: 4)
      default: NamedNumbers(0, 1000, power: 2)
      }
  }

  /// The numbers within limits: those of a CHECK, and those of the type.
  ///
  /// - Parameter unit: the smallest difference of two numbers: 1 of integers, 0.01 of `numeric(8,2)`.
  func within(_ limits: ColumnLimits, largest: Double, unit: Double) -> NamedNumbers {
    let least = limits.lower.map { $0.isInclusive ? $0.value : $0.value + unit } ?? -largest
    let most = limits.upper.map { $0.isInclusive ? $0.value : $0.value - unit } ?? largest
    var result = self
    if low < least || low > most {
      let width = high - low
      result.low = least > -largest ? least : most - width
      result.high = result.low + width
    }
    result.low = max(result.low, least)
    result.high = max(result.low, min(result.high, most, largest))
    return result
  }

  /// An expression for a whole number.
  func integer(_ type: String) -> String {
    let (low, high) = (low.rounded(.up), high.rounded(.down))
    let count = NamedNumbers.text(max(1, high - low + 1))
    let drawn = "floor(\(count) * \(random))::\(type)"
    return low == 0 ? drawn : "\(NamedNumbers.text(low)) + \(drawn)"
  }

  /// An expression for a number with decimals.
  ///
  /// - Parameter scale: how many; nil for any.
  func decimal(_ scale: Int?) -> String {
    let width = NamedNumbers.text(high - low)
    let drawn = low == 0 ? "\(width) * \(random)" : "\(NamedNumbers.text(low)) + \(width) * \(random)"
    return scale.map { "round((\(drawn))::numeric, \($0))" } ?? drawn
  }

  private var random: String { power == 1 ? "random()" : "power(random(), \(power))" }

  static func text(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(number)
  }
}
