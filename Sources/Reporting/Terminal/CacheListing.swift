/// The output of `plangate cache list` and `plangate cache clear`.
package enum CacheListing {
  /// A cached cluster.
  package struct Row: Sendable {
    /// The contents, such as `seeded` or `4 of 5 steps`.
    package var what: String
    /// The server's version, such as `15.18`.
    package var server: String
    /// The size in bytes.
    package var size: Int
    /// The time since it was last used, in seconds.
    package var age: Int
    /// The manifest whose seed it holds; empty for none.
    package var project: String

    package init(what: String, server: String, size: Int, age: Int, project: String) {
      self.what = what
      self.server = server
      self.size = size
      self.age = age
      self.project = project
    }
  }

  /// The table and a last line with the total.
  package static func text(_ rows: [Row], limit: Int, directory: String) -> String {
    let total =
      "\(total(rows.count, rows.reduce(0) { $0 + $1.size })) of at most \(size(limit)) in \(directory.visible)"
    if rows.isEmpty { return total }
    let cells =
      [["what", "PostgreSQL", "size", "last used", "project"]]
      + rows.map { [$0.what.visible, $0.server.visible, size($0.size), ago($0.age), $0.project.visible] }
    let widths = (0..<5).map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { row in
      let padded = zip(row, widths).enumerated().map { column, cell in
        // Sizes are aligned to the right; nothing follows the last column.
        column == 2 ? cell.0.padded(left: cell.1) : column == 4 ? cell.0 : cell.0.padded(to: cell.1)
      }
      var line = padded.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
    return (lines + ["", total]).joined(separator: "\n")
  }

  /// The output of `plangate cache clear`.
  package static func cleared(_ count: Int, size: Int, directory: String) -> String {
    count == 0
      ? "nothing to remove in \(directory.visible)" : "removed \(total(count, size)), from \(directory.visible)"
  }

  private static func total(_ count: Int, _ bytes: Int) -> String {
    "\(count) cluster\(count == 1 ? "" : "s"), \(size(bytes))"
  }

  /// A size such as `46.1 MB` or `5 GB`, in the units of the limit.
  static func size(_ bytes: Int) -> String {
    var (value, unit) = (bytes, 0)
    // Counted in tenths, so that a value that rounds up to 1024 gets the next unit.
    value *= 10
    while value >= 10_235, unit < 4 {
      value = (value + 512) / 1024
      unit += 1
    }
    let tenths = value % 10 == 0 ? "" : ".\(value % 10)"
    return "\(value / 10)\(tenths) \(["bytes", "KB", "MB", "GB", "TB"][unit])"
  }

  /// An age such as `3 h ago`.
  static func ago(_ seconds: Int) -> String {
    switch seconds {
    case ..<60: "just now"
    case ..<3600: "\(seconds / 60) min ago"
    case ..<172_800: "\(seconds / 3600) h ago"
    default: "\(seconds / 86_400) days ago"
    }
  }
}
