import PlanCore

/// Values of a column that follow its statistics in production.
struct StatisticsValue {
  let statistics: ColumnStatistics
  let column: FillColumn
  /// How many rows are made.
  let rows: Int

  /// An expression, and what it draws before.
  struct Drawn: Equatable {
    let text: String
    /// Expressions that it uses by name, evaluated once per row.
    var draws: [Draw] = []
  }

  struct Draw: Equatable {
    let name: String
    let text: String
  }

  /// - Parameters:
  ///   - fallback: a value that follows nothing; nil if there is none.
  ///   - isUnique: whether all values differ.
  ///   - choices: the only values that are allowed here; nil for any.
  /// - Returns: nil if statistics say nothing of the values.
  func drawn(orElse fallback: String?, isUnique: Bool, choices: [String]?) -> Drawn? {
    var value = isUnique ? nil : common(rest: histogram(), fallback, choices)
    if value == nil { value = fallback.map { Drawn(text: $0) } }
    guard var value else { return nil }
    if !column.isNotNull, statistics.nullFraction > 0 {
      let share = NamedNumbers.text(((1 - statistics.nullFraction) * 10_000).rounded() / 10_000)
      value = Drawn(text: "CASE WHEN random() < \(share) THEN \(value.text) END", draws: value.draws)
    }
    return value
  }

  /// The most common values, and another one in the other rows.
  private func common(rest: Drawn?, _ fallback: String?, _ choices: [String]?) -> Drawn? {
    let present = 1 - statistics.nullFraction
    var pairs = Array(zip(statistics.commonValues, statistics.commonFrequencies))
    if let choices { pairs = pairs.filter { choices.contains($0.0) } }
    let type = column.type.sql
    guard !pairs.isEmpty, present > 0 else { return rest }
    let others = rest ?? fallback.map { Drawn(text: $0) }
    let total = pairs.reduce(0) { $0 + $1.1 } / present
    let isComplete = others == nil || total > 0.995 || choices != nil
    let thresholds = Thresholds.text(pairs.map { $0.1 / present }, isComplete: isComplete)
    let list = quotedLiteral(ArrayText.text(pairs.map(\.0)))
    let chosen = "(\(list)::text[])[1 + width_bucket(random(), \(thresholds))]::\(type)"
    if isComplete && pairs.count == 1 { return Drawn(text: "\(quotedLiteral(pairs[0].0))::\(type)") }
    guard !isComplete, let others else { return Drawn(text: chosen) }
    return Drawn(text: "COALESCE(\(chosen), \(others.text))", draws: others.draws)
  }

  /// A value between two bounds of the histogram.
  private func histogram() -> Drawn? {
    let bounds = statistics.histogram
    guard bounds.count >= 2 else { return nil }
    let type = column.type.sql
    let (at, list) = (quotedIdentifier(column.name + "_at"), quotedIdentifier(column.name + "_bounds"))
    let draws = [
      Draw(name: column.name + "_at", text: "\(bounds.count - 1) * random()"),
      Draw(name: column.name + "_bounds", text: "\(quotedLiteral(ArrayText.text(bounds)))::text[]"),
    ]
    func bound(_ place: Int) -> String { "\(list)[\(place) + floor(\(at))::integer]::\(type)" }
    let difference = "(\(bound(2)) - \(bound(1)))"
    let share = "(\(at) - floor(\(at)))"
    switch column.type.baseName {
    case "int2", "int4", "int8":
      return Drawn(text: "(\(bound(1)) + floor(\(difference) * \(share)))::\(type)", draws: draws)
    case "date": return Drawn(text: "\(bound(1)) + floor(\(difference) * \(share))::integer", draws: draws)
    case "numeric": return Drawn(text: "(\(bound(1)) + \(difference) * \(share)::numeric)::\(type)", draws: draws)
    case "float4", "float8", "timestamp", "timestamptz", "interval":
      return Drawn(text: "\(bound(1)) + \(difference) * \(share)", draws: draws)
    case "text", "varchar", "citext":
      // Texts between two bounds begin like the lower one.
      let rest = statistics.distinct(of: Double(rows)) - Double(statistics.commonValues.count)
      let each = Int((rest / Double(bounds.count)).rounded(.up))
      let text = each > 1 ? "\(list)[1 + floor(\(at))::integer] || ' ' || floor(\(each) * random())::integer" : bound(1)
      guard let limit = column.type.modifier.first else { return Drawn(text: text, draws: draws) }
      return Drawn(text: "left(\(text), \(limit))", draws: draws)
    default:
      return statistics.distinct(of: Double(rows)) > 10 * Double(bounds.count)
        ? nil : Drawn(text: bound(1), draws: draws)
    }
  }
}

/// Thresholds for `width_bucket`, which turns a random number into the place of a frequency.
enum Thresholds {
  /// - Parameter isComplete: whether the frequencies stand for all rows; otherwise a last place is for the others.
  static func text(_ frequencies: [Double], isComplete: Bool) -> String {
    let total = max(frequencies.reduce(0, +), 1e-9)
    var sum = 0.0
    var numbers: [String] = []
    for frequency in isComplete ? frequencies.dropLast() : frequencies[...] {
      sum += isComplete || total > 1 ? frequency / total : frequency
      numbers.append(NamedNumbers.text((sum * 1_000_000).rounded() / 1_000_000))
    }
    return "'{\(numbers.joined(separator: ","))}'::double precision[]"
  }
}

/// Which of the referenced rows the rows of a table have, by the statistics of the referencing column.
struct ReferenceShare {
  private let statistics: ColumnStatistics?
  private let distinct: Int
  private let parents: Int

  /// - Parameters:
  ///   - parents: how many rows the referenced table has here.
  ///   - production: how many it has in production; nil if that is unknown.
  ///   - rows: how many rows the table gets.
  init(_ statistics: ColumnStatistics?, parents: Int, production: Double?, rows: Int) {
    self.statistics = statistics
    self.parents = parents
    var distinct = statistics?.distinct(of: Double(rows)) ?? 0
    if let statistics, statistics.distinct > 0, let production, production > Double(parents) {
      distinct *= Double(parents) / production
    }
    self.distinct = min(parents, max(1, Int(min(distinct, 1e9).rounded())))
  }

  /// The share of rows that reference nothing.
  var shareOfNulls: Double { statistics.map { ($0.nullFraction * 10_000).rounded() / 10_000 } ?? 0.1 }

  /// An expression for the number of the referenced row, from 1.
  ///
  /// - Parameters:
  ///   - target: the referenced table, quoted.
  ///   - power: how much the first rows are preferred where no statistics say it.
  func number(of target: String, power: Int) -> String {
    guard let statistics else {
      return "1 + floor((SELECT count(*) FROM \(target)) * power(random(), \(power)))::bigint"
    }
    let present = max(1e-6, 1 - statistics.nullFraction)
    let shares = statistics.commonFrequencies.prefix(min(distinct, parents)).map { $0 / present }
    let others = max(1, distinct - shares.count)
    guard !shares.isEmpty else { return "1 + floor(\(distinct) * random())::bigint" }
    let isComplete = distinct <= shares.count || shares.reduce(0, +) > 0.995
    let place = "1 + width_bucket(random(), \(Thresholds.text(Array(shares), isComplete: isComplete)))"
    if isComplete { return shares.count == 1 ? "1" : place }
    return "COALESCE(NULLIF(\(place), \(shares.count + 1)), \(shares.count + 1) + floor(\(others) * random())::integer)"
  }
}
