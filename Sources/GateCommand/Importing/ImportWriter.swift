import FoundationEssentials
import OperatingSystem
import PlanCore
import Reporting

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Writes imported queries into files beside a manifest, and entries for them into the manifest.
struct ImportWriter {
  let manifest: Manifest
  /// The manifest as the user named it.
  let path: String
  /// Where the queries come from, for a comment.
  let source: String

  func named(_ queries: [ImportedQuery]) -> [ImportedQuery] {
    var names = ImportNames(taken: manifest.queries.map(\.name)) { name in
      var status = stat()
      return lstat(joined(manifest.directory, "\(name).sql"), &status) != 0
    }
    return queries.map { query in
      var query = query
      query.name = names.name(of: query.text)
      return query
    }
  }

  func path(of query: ImportedQuery) -> String { joined(manifest.directory, "\(query.name).sql") }

  func text(of query: ImportedQuery) -> String {
    "-- \(YAMLText.comment(source)): \(query.weight)\n\(query.text)\n"
  }

  /// The lines of the entry, without indentation.
  func entry(of query: ImportedQuery) -> [String] {
    func flow(_ values: [String?]) -> String {
      "[" + values.map { $0.map(YAMLText.scalar) ?? "~" }.joined(separator: ", ") + "]"
    }
    let file = "file: \(YAMLText.scalar("\(query.name).sql"))"
    if query.cases.isEmpty { return [file] }
    if query.cases.count == 1 { return [file, "params: \(flow(query.cases[0].values))"] }
    return [file, "cases:"] + query.cases.map { "  \($0.name): \(flow($0.values))" }
  }

  func write(_ queries: [ImportedQuery], _ console: Console) throws(Diagnostic) {
    var written: [String] = []
    do throws(Diagnostic) {
      for query in queries {
        try create(path(of: query), text(of: query))
        written.append(path(of: query))
      }
      try extend(with: queries, console)
    } catch {
      for path in written { unlink(path) }
      throw error
    }
  }

  private func create(_ path: String, _ text: String) throws(Diagnostic) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Diagnostic("cannot write the query: \(String(cString: strerror(errno)))", file: path)
    }
    let isWhole = writeAll(text, to: descriptor)
    guard close(descriptor) == 0, isWhole else {
      unlink(path)
      throw Diagnostic("cannot write the query", file: path)
    }
  }

  /// Puts the entries into the manifest or, if that is not possible, into a file beside it.
  private func extend(with queries: [ImportedQuery], _ console: Console) throws(Diagnostic) {
    let entries = queries.map(entry)
    let edited: String
    do throws(ManifestEdit.Problem) { edited = try self.edited(entries, names: queries.map(\.name)) } catch {
      return try writeFragment(entries, because: error.reason, console)
    }
    do { try replaceFile(path, with: edited) } catch {
      throw Diagnostic("cannot write the manifest: \(error.reason)", file: path)
    }
    console.say("# \(queries.count) \(queries.count == 1 ? "query" : "queries") added to \(path.visible)")
  }

  private func writeFragment(
    _ entries: [[String]], because reason: String, _ console: Console
  ) throws(Diagnostic) {
    let fragment = joined(manifest.directory, "imported.yml")
    let lines = entries.flatMap { entry in entry.enumerated().map { ($0 == 0 ? "  - " : "    ") + $1 } }
    try create(fragment, lines.joined(separator: "\n") + "\n")
    console.print(
      "# the manifest is left as it is (\(reason)); put the entries of \(fragment) under its 'queries'".visible)
  }

  private func edited(_ entries: [[String]], names: [String]) throws(ManifestEdit.Problem) -> String {
    guard let bytes = try? readBytes(path), let text = String(validating: bytes, as: UTF8.self),
      text.unicodeScalars.first != "\u{FEFF}"
    else { throw ManifestEdit.Problem(reason: "it is not plain UTF-8") }
    var edit = ManifestEdit(text)
    let last = manifest.queries.max { a, b in
      (a.manifestLine, a.manifestColumn) < (b.manifestLine, b.manifestColumn)
    }
    guard let last else { throw ManifestEdit.Problem(reason: "it has no queries") }
    try edit.append(entries, behind: last)
    let now: Manifest
    do { now = try Manifest.read(Array(edit.text.utf8), of: path, today: last.policy.today) } catch {
      throw ManifestEdit.Problem(reason: "with the entries it could not be read: \(error.message)")
    }
    guard now.queries.map(\.name).sorted() == (manifest.queries.map(\.name) + names).sorted() else {
      throw ManifestEdit.Problem(reason: "the entries would change other queries")
    }
    return edit.text
  }
}
