import PlanCore

/// A partition of a partitioned table, at any level below it.
struct FillPartition: Equatable, Sendable {
  let name: RelationName
  /// Whether it holds rows itself.
  let isLeaf: Bool
  /// Its bounds as the server writes them: `FOR VALUES FROM ('2026-01-01') TO ('2026-04-01')`, `DEFAULT`.
  let bound: String
  /// The columns of the partition key that the bounds are for; empty if it has expressions.
  let keys: [String]
  /// The condition that its rows fulfil; nil for a partition that has partitions.
  let condition: String?
  var isEmpty = true

  var isDefault: Bool { bound == "DEFAULT" }
}

/// The values of a partition key for which there are partitions.
enum PartitionValues: Equatable, Sendable {
  /// Literals as SQL text, without quotes; nil stands for NULL.
  case list([String])
  /// Ranges from a value up to another one that is not part of it; nil for no limit.
  case ranges([(lower: String?, upper: String?)])

  static func == (a: PartitionValues, b: PartitionValues) -> Bool {
    switch (a, b) {
    case (.list(let a), .list(let b)): a == b
    case (.ranges(let a), .ranges(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.lower == $1.lower && $0.upper == $1.upper }
    default: false
    }
  }

  /// The values that the given partitions take, by the column of their key.
  ///
  /// Only the first column of a key by range is restricted; a key by hash takes anything.
  static func of(_ partitions: [FillPartition]) -> [String: PartitionValues] {
    var result: [String: PartitionValues] = [:]
    for partition in partitions {
      guard let column = partition.keys.first, let values = PartitionValues(partition.bound) else { continue }
      switch (result[column], values) {
      case (.list(let known)?, .list(let new)): result[column] = .list(known + new.filter { !known.contains($0) })
      case (.ranges(let known)?, .ranges(let new)): result[column] = .ranges(known + new)
      default: result[column] = values
      }
    }
    return result
  }

  /// The ranges, each two that follow one another joined.
  static func merged(_ ranges: [(lower: String?, upper: String?)]) -> [(lower: String?, upper: String?)] {
    var result: [(lower: String?, upper: String?)] = []
    for range in ranges {
      var range = range
      while let next = result.firstIndex(where: { $0.lower != nil && $0.lower == range.upper }) {
        range.upper = result.remove(at: next).upper
      }
      if let last = result.firstIndex(where: { $0.upper != nil && $0.upper == range.lower }) {
        result[last].upper = range.upper
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// Reads the bounds of a partition; nil for a default partition, a key by hash, and what is not understood.
  init?(_ bound: String) {
    let tokens = ExpressionToken.tokens(bound).withoutCasts
    guard tokens.prefix(2) == [.word("for"), .word("values")] else { return nil }
    let rest = Array(tokens.dropFirst(2))
    if rest.first == .word("in") {
      let values = PartitionValues.literals(Array(rest.dropFirst()).unwrapped).compactMap { $0 }
      guard !values.isEmpty else { return nil }
      self = .list(values)
    } else if rest.first == .word("from"), let to = rest.firstIndex(of: .word("to")) {
      let lower = PartitionValues.literals(Array(rest[1..<to]).unwrapped).first ?? nil
      let upper = PartitionValues.literals(Array(rest[(to + 1)...]).unwrapped).first ?? nil
      self = .ranges([(lower, upper)])
    } else {
      return nil
    }
  }

  /// The literals between commas; nil for NULL, MINVALUE and MAXVALUE.
  private static func literals(_ tokens: [ExpressionToken]) -> [String?] {
    tokens.split(separator: .symbol(",")).map { part in
      switch part.last {
      case .string(let text)?: text
      case .number(let text)?: part.first == .symbol("-") ? "-" + text : text
      case .word(let word)? where word == "true" || word == "false": word
      default: nil
      }
    }
  }
}
