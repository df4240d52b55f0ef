import FoundationEssentials
import OperatingSystem
import PlanCore
import Postgres

/// The next steps for errors that seeds of many origins have in common, as lines for the error.
struct SeedAdvice {
  let manifest: Manifest
  let server: DatabaseServer
  let opener: SeedOpener
  /// pg_restore's path.
  let pgRestore: String?

  /// - Parameters:
  ///   - output: the output of psql, pg_restore or a command.
  ///   - seed: the file that they read, if it is one of the manifest's.
  func lines(for output: String, _ seed: OpenedSeed?) -> String {
    (roles(output) ?? encoding(output, seed) ?? extensions(output) ?? setting(output) ?? database(output)).map {
      "\n\($0)"
    } ?? ""
  }

  // MARK: Roles

  /// All roles that the seed names and the server does not have.
  private func roles(_ output: String) -> String? {
    guard let name = SeedAdvice.quoted(in: output, between: "role \"", and: "\" does not exist") else { return nil }
    var roles = NamedRoles.all(of: manifest, opener, pgRestore: pgRestore)
    roles.add(NamedRoles("SET ROLE \"\(name.replacing("\"", with: "\"\""))\""))
    var present: Set<String> = []
    try? server.maintain { (connection) throws(ServerError) in
      present = Set(try connection.execute("SELECT rolname FROM pg_catalog.pg_roles").rows.compactMap { $0[0] })
    }
    // A role that a later statement creates is missing all the same where it is used before.
    let missing = Set(roles.missing + [name]).subtracting(present).sorted()
    let all = (manifest.roles + missing).map(SeedAdvice.yaml).joined(separator: ", ")
    return "name the roles of the seed in the manifest: roles: [\(all)]\n"
      + "or let plangate create all that its files name, without login: roles: auto"
  }

  /// A name as an element of a sequence in YAML.
  private static func yaml(_ name: String) -> String {
    let isPlain =
      name.first.map { $0.isLetter || $0 == "_" } ?? false
      && name.allSatisfy { $0.isLetter || $0.isNumber || "_- .@$".contains($0) } && name.last != " "
      && !["true", "false", "null", "yes", "no", "on", "off"].contains(name.lowercased())
    return isPlain ? name : "\"\(name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  // MARK: Encodings

  private func encoding(_ output: String, _ seed: OpenedSeed?) -> String? {
    guard output.contains("invalid byte sequence for encoding \"UTF8\""), let seed, !seed.isArchive,
      let line = seed.bytes.withUnsafeBytes({ SeedAdvice.firstLineNotUTF8($0) })
    else { return nil }
    return "line \(line) is not UTF-8, perhaps Latin-1: begin the file with SET client_encoding = 'LATIN1';\n"
      + "or convert it: iconv -f ISO-8859-1 -t UTF-8 \(seed.path) > …"
  }

  /// The first line with bytes that are not UTF-8.
  static func firstLineNotUTF8(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var lines = LineCounter()
    var start = 0
    while start < bytes.count {
      // Whole lines, so that no character is divided.
      var end = min(start + (1 << 16), bytes.count)
      while end < bytes.count, bytes[end - 1] != 0x0a { end += 1 }
      let part = bytes[start..<end]
      if String(validating: part, as: UTF8.self) == nil {
        let line = part.split(separator: 0x0a, omittingEmptySubsequences: false).first {
          String(validating: $0, as: UTF8.self) == nil
        }
        return line.map { lines.line(at: $0.startIndex, in: bytes) }
      }
      start = end
    }
    return nil
  }

  // MARK: What the server lacks

  private func extensions(_ output: String) -> String? {
    let name =
      SeedAdvice.quoted(in: output, between: "extension \"", and: "\" is not available")
      ?? SeedAdvice.quoted(in: output, between: "could not open extension control file \"", and: ".control\"")
      .map { $0.split(separator: "/").last.map(String.init) ?? "" }
    guard let name, !name.isEmpty else { return nil }
    let place = server.host.address == nil ? "" : " on the server's machine"
    guard let package = ExtensionPackages.package(of: name, major: server.major.number) else {
      return "install the extension '\(name)' for PostgreSQL \(server.major.number)\(place)"
    }
    return "install it\(place) (Debian, Ubuntu: apt-get install \(package))"
  }

  private func setting(_ output: String) -> String? {
    guard
      let name = SeedAdvice.quoted(in: output, between: "unrecognized configuration parameter \"", and: "\""),
      let version = NewerSettings.version(of: name), version > server.major.number
    else { return nil }
    return "PostgreSQL \(version) brought \(name): use it (--postgres \(version)), or remove the setting"
  }

  private func database(_ output: String) -> String? {
    guard output.contains("\\connect: "), output.contains("database \"") else { return nil }
    return "a seed fills plangate's own database: remove \\connect"
  }

  /// A text between two others.
  static func quoted(in output: String, between start: String, and end: String) -> String? {
    for line in output.split(separator: "\n") {
      guard let first = line.firstRange(of: start)?.upperBound,
        let last = line[first...].firstRange(of: end)?.lowerBound
      else { continue }
      return String(line[first..<last])
    }
    return nil
  }
}

extension NamedRoles {
  /// The roles that the files of a manifest's seed and migrations name, and those of its queries' sessions.
  ///
  /// Files that cannot be read are left to the steps to report.
  static func all(of manifest: Manifest, _ opener: SeedOpener, pgRestore: String?) -> NamedRoles {
    var roles = NamedRoles()
    var seen: Set<String> = []
    func add(script path: String) {
      guard seen.insert(path).inserted, let seed = try? opener.open(path) else { return }
      if seed.isArchive {
        if let schema = pgRestore.flatMap({ opener.schema(of: seed, $0) }) { roles.add(NamedRoles(schema)) }
        return
      }
      let found = seed.bytes.withUnsafeBytes { bytes in
        // A role that pg_dumpall creates may exist.
        DumpScript.isCluster(bytes) ? NamedRoles(bytes).withoutCreation : NamedRoles(bytes)
      }
      roles.add(found)
      for include in found.includes {
        add(script: joined(include.isRelativeToFile ? parentDirectory(of: path) : manifest.directory, include.path))
      }
    }
    for step in manifest.seed + manifest.migrations.map(\.step) {
      switch step.source {
      case .script(let path), .archive(let path), .compressed(let path): add(script: path)
      case .migration(let file): add(script: file.path)
      case .rows, .command: break
      }
    }
    for role in manifest.queries.compactMap(\.session.role) {
      roles.add(NamedRoles("SET ROLE \"\(role.replacing("\"", with: "\"\""))\""))
    }
    return roles
  }
}
