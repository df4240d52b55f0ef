import FoundationEssentials

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Overwrites a command-line value in the process's memory, so that process lists do not show it.
///
/// A conninfo may hold a password.
package func hideArgument(_ value: String) {
  let value = Array(value.utf8)
  guard !value.isEmpty else { return }
  for argument in systemArguments() {
    let bytes = UnsafeMutableRawBufferPointer(start: argument, count: strlen(argument))
    // `--server VALUE` or `--server=VALUE`.
    guard bytes.count >= value.count, bytes.suffix(value.count).elementsEqual(value) else { continue }
    for index in bytes.indices.suffix(value.count) { bytes[index] = UInt8(ascii: "*") }
  }
}

#if canImport(Darwin)
  private func systemArguments() -> [UnsafeMutablePointer<CChar>] {
    (0..<Int(CommandLine.argc)).compactMap { CommandLine.unsafeArgv[$0] }
  }
#else
  /// The system's argument strings; Swift's own are copies of what `/proc` shows.
  private func systemArguments() -> [UnsafeMutablePointer<CChar>] {
    guard let file = FileManager.default.contents(atPath: "/proc/self/stat") else { return [] }
    // The second field is a name in parentheses and may hold anything. `arg_start` and `arg_end` are fields 48 and 49.
    let text = String(decoding: file, as: UTF8.self)
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst()
    guard fields.count > 46, let start = UInt(fields[fields.startIndex + 45]),
      let end = UInt(fields[fields.startIndex + 46]), start < end,
      var next = UnsafeMutablePointer<CChar>(bitPattern: start)
    else { return [] }
    var arguments: [UnsafeMutablePointer<CChar>] = []
    while UInt(bitPattern: next) < end {
      arguments.append(next)
      next += strlen(next) + 1
    }
    return arguments
  }
#endif
