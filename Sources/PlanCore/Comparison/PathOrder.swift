// Scans and estimates come in EXPLAIN's order, which is that of their paths: what stands at a path is found by halving,
// and what is below a node stands together.

protocol HasPath {
  var path: NodePath { get }
}

extension Scan: HasPath {}
extension RowEstimate: HasPath {}

extension Array where Element: HasPath {
  /// The element at a path, of those that are in the order of their paths.
  func element(at path: NodePath) -> Element? {
    let index = partition { $0.lexicographicallyPrecedes(path) }
    return index < count && self[index].path == path ? self[index] : nil
  }

  /// The elements at a path and below it.
  func elements(below path: NodePath) -> ArraySlice<Element> {
    let start = partition { $0.lexicographicallyPrecedes(path) }
    let end = partition { $0.lexicographicallyPrecedes(path) || $0.starts(with: path) }
    return self[start..<end]
  }

  /// How many come before the first for which something does not hold.
  private func partition(_ holds: (NodePath) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle].path) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
