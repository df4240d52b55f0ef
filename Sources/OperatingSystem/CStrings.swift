extension Sequence<String> {
  /// Calls `body` with a NULL-terminated array of C strings that lives as long as the call.
  package func withCStrings<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    map { Optional($0) }.withOptionalCStrings { body($0 + [nil]) }
  }
}

extension Sequence<String?> {
  package func withOptionalCStrings<Result>(_ body: ([UnsafePointer<CChar>?]) -> Result) -> Result {
    let copies = map { text in text.map { $0.utf8CString } }
    let buffers = copies.map { text in
      text.map { source in
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: source.count)
        for (index, unit) in source.enumerated() { (buffer + index).initialize(to: unit) }
        return buffer
      }
    }
    defer { for buffer in buffers { buffer?.deallocate() } }
    return body(buffers.map { $0.map { UnsafePointer($0) } })
  }
}
