/// Collects the errors of what can be read one by one, so that somebody who mends a file sees all of them at once.
struct Mistakes {
  private var found: [Diagnostic] = []

  /// What `body` gives, or nil after an error.
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

  /// Throws what was found, in the order of the file.
  func check() throws(Diagnostic) {
    guard !found.isEmpty else { return }
    var sorted = found.enumerated().sorted { a, b in
      // What stands in another file stays where it was found.
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
