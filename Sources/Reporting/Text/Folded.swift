import PlanCore

/// A message that holds for several things: a lost index of a table with 300 partitions is reported once.
struct Folded<Element> {
  let first: Element
  /// The number of further elements like it.
  var others = 0

  /// The elements, with those of the same key combined if there are more than `least` of them.
  ///
  /// - Parameter key: returns nil for an element that is never combined.
  static func folded<Key: Hashable>(_ elements: [Element], least: Int = 2, by key: (Element) -> Key?) -> [Folded] {
    var counts: [Key: Int] = [:]
    for element in elements {
      if let key = key(element) { counts[key, default: 0] += 1 }
    }
    var places: [Key: Int] = [:]
    var folded: [Folded] = []
    for element in elements {
      guard let key = key(element), counts[key, default: 0] > least else {
        folded.append(Folded(first: element))
        continue
      }
      if let place = places[key] {
        folded[place].others += 1
      } else {
        places[key] = folded.count
        folded.append(Folded(first: element))
      }
    }
    return folded
  }
}

extension Folded where Element == Finding {
  /// Combines findings of one rule and the same weight on the partitions of one table.
  static func folded(_ findings: [Finding]) -> [Folded] {
    folded(findings) { finding -> [String]? in
      guard let root = finding.root, root != finding.relation else { return nil }
      return [
        finding.rule, root.description, finding.alias ?? "", finding.severity.rawValue, finding.waiver?.reason ?? "",
      ]
    }
  }

  /// The message, such as `…, and likewise 11 more partitions of public.events`.
  var message: String {
    guard others > 0, let root = first.root else { return first.message }
    return first.message + ", and likewise \(others) more partitions of \(root)"
  }
}

extension Folded where Element == Cause {
  /// Combines causes that say the same of several indexes, such as those of a partitioned table and its partitions.
  static func folded(causes: [Cause]) -> [Folded] {
    folded(causes) { cause -> String? in
      if case .index(_, .gone(let index)) = cause { index.definition } else { nil }
    }
  }

  var message: String { others > 0 ? first.text + ", and \(others) more like it" : first.text }
}
