/// Collects errors that are independent of one another, so that all of them are reported together.
struct Mistakes {
  private var found: [Diagnostic] = []

  /// Returns the result of `body`, or nil after an error.
  mutating func attempt<Value>(_ body: () throws(Diagnostic) -> Value) -> Value? {
    do { return try body() } catch {
      add(error)
      return nil
    }
  }

  mutating func add(_ error: Diagnostic) {
    var first = error
    first.others = []
    found += [first] + error.others
  }

  /// Throws the collected errors, in the order of the file.
  func check() throws(Diagnostic) {
    guard !found.isEmpty else { return }
    var sorted = found.enumerated().sorted { a, b in
      // An error in another file keeps its position in the list.
      guard a.element.file == b.element.file else { return a.offset < b.offset }
      return (a.element.line ?? 0, a.element.column ?? 0, a.offset) < (
        b.element.line ?? 0, b.element.column ?? 0, b.offset
      )
    }.map(\.element)
    var first = sorted.removeFirst()
    first.others = sorted
    throw first
  }
}
