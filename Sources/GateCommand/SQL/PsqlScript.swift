#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The ways in which an SQL file may end early or incompletely under psql, read from its text.
///
/// They are where it quits and which transaction it leaves open; psql itself reports neither.
///
/// Statements are separated by the rules of psql's own lexer (`psqlscan.l`), with standard_conforming_strings on. Parts
/// that `\if` skips are read like the rest.
struct PsqlScript: Equatable {
  /// A position in the file; lines count from 1.
  struct Mark: Equatable {
    let line: Int
    let text: String
  }

  /// The first `\q` that something else follows.
  private(set) var quit: Mark?
  /// The statement that begins the transaction still open at the end, judged by the text alone.
  private(set) var openTransaction: Mark?
  /// The first `\connect` inside a transaction, which ends the transaction silently.
  private(set) var reconnection: (mark: Mark, transaction: Mark)?
  /// The `COPY … FROM STDIN` whose data end with the file, without `\.`.
  private(set) var unfinishedCopy: Mark?
  /// The transactions that are prepared and neither committed nor rolled back, by their identifiers.
  private(set) var prepared: [String: Mark] = [:]
  /// The files that `\i` and `\ir` run.
  private(set) var includes: [(path: String, isRelativeToFile: Bool)] = []

  static func == (a: PsqlScript, b: PsqlScript) -> Bool {
    a.quit == b.quit && a.openTransaction == b.openTransaction && a.unfinishedCopy == b.unfinishedCopy
      && a.reconnection?.mark == b.reconnection?.mark && a.prepared == b.prepared
      && a.includes.map(\.path) == b.includes.map(\.path)
  }

  init(_ text: String) {
    var text = text
    self = text.withUTF8 { PsqlScript(UnsafeRawBufferPointer($0)) }
  }

  init(_ bytes: UnsafeRawBufferPointer) {
    var reader = PsqlScriptReader(bytes)
    while let event = reader.next() { take(event) }
  }

  private mutating func take(_ event: PsqlScriptReader.Event) {
    if let open = pendingQuit, !event.isEnd {
      quit = quit ?? open
      pendingQuit = nil
    }
    switch event {
    case .statement(let words, let literal, let mark, _): statement(words, literal, mark)
    case .copyData(let mark, let hasEnd): if !hasEnd { unfinishedCopy = mark }
    case .command(let name, let arguments, let mark, _):
      switch name {
      case "q", "quit":
        pendingQuit = pendingQuit ?? mark
        // psql ignores the arguments after it.
        if let rest = arguments.first, !rest.hasPrefix("--") { quit = quit ?? pendingQuit }
      case "i", "include", "ir", "include_relative":
        if var path = arguments.first {
          // psql removes semicolons from the end.
          while path.hasSuffix(";") { path.removeLast() }
          includes.append((path, name == "ir" || name == "include_relative"))
        }
      case "c", "connect":
        if let openTransaction, reconnection == nil { reconnection = (mark, openTransaction) }
        openTransaction = nil
      default: break
      }
    }
  }

  /// A `\q` that may turn out to be the last command.
  private var pendingQuit: Mark?

  private mutating func statement(_ words: [String], _ literal: String?, _ mark: Mark) {
    let second = words.dropFirst().first
    switch words.first {
    case "begin": openTransaction = openTransaction ?? mark
    case "start" where second == "transaction": openTransaction = openTransaction ?? mark
    case "prepare" where second == "transaction":
      openTransaction = nil
      if let literal { prepared[literal] = mark }
    case "commit", "end", "rollback", "abort":
      if second == "prepared" {
        if let literal { prepared[literal] = nil }
      } else if second != "to", !words.contains("to") {
        let isChained = words.count > 1 && words.suffix(2) == ["and", "chain"]
        openTransaction = isChained && openTransaction != nil ? mark : nil
      }
    default: break
    }
  }
}

extension PsqlScriptReader.Event {
  /// Whether nothing is skipped if psql quits before this event: the end of an `\if`, another `\q`.
  fileprivate var isEnd: Bool {
    if case .command(let name, _, _, _) = self { return ["q", "quit", "endif"].contains(name) }
    return false
  }
}

extension PsqlScript {
  /// The script in a file; nil when it cannot be read.
  ///
  /// - Parameter isWanted: whether a file of these bytes needs to be read by the rules of the lexer, which is slower
  ///   than a search for single words.
  init?(file path: String, where isWanted: (UnsafeRawBufferPointer) -> Bool = { _ in true }) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = Int(status.st_size)
    guard size > 0, let pages = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), pages != MAP_FAILED else {
      self.init("")
      return
    }
    defer { munmap(pages, size) }
    let bytes = UnsafeRawBufferPointer(start: pages, count: size)
    if isWanted(bytes) { self.init(bytes) } else { self.init("") }
  }

  /// Whether a text may hold what `quit`, `reconnection`, `unfinishedCopy` or `includes` report.
  ///
  /// A dump of any size has none of it and is recognized by its backslashes.
  static func mayNeedReading(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress else { return false }
    var at = 0
    var lastCopyEnd = 0
    while at < bytes.count, let found = memchr(start + at, 0x5c, bytes.count - at) {
      at = UnsafeRawPointer(found) - start + 1
      guard at < bytes.count else { break }
      if "qic".utf8.contains(bytes[at]) { return true }
      if bytes[at] == UInt8(ascii: "."), at == 1 || bytes[at - 2] == UInt8(ascii: "\n") { lastCopyEnd = at }
    }
    return [UInt8(ascii: "d"), UInt8(ascii: "D")].contains { letter in
      var at = lastCopyEnd
      while at < bytes.count, let found = memchr(start + at, Int32(letter), bytes.count - at) {
        at = UnsafeRawPointer(found) - start + 1
        if at > 2, bytes[at - 3] | 0x20 == UInt8(ascii: "s"), bytes[at - 2] | 0x20 == UInt8(ascii: "t"),
          bytes[at...].prefix(2).map({ $0 | 0x20 }) == Array("in".utf8)
        {
          return true
        }
      }
      return false
    }
  }
}
