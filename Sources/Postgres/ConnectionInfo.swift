internal import CLibPQ
import FoundationEssentials

/// A conninfo that cannot be read.
///
/// The message quotes no part of it, since a password may be anywhere in it.
package struct ConnectionInfoError: Error, Equatable, Sendable, CustomStringConvertible {
  package let message: String
  package var description: String { message }
}

/// The address of a server and how to connect, in libpq's forms: a URI, keywords and values, `service=…`, or empty.
package struct ConnectionInfo: Equatable, Sendable {
  /// The values by keyword.
  ///
  /// Missing ones are left to the service file and libpq's environment.
  package let parameters: [String: String]

  package init(_ text: String) throws(ConnectionInfoError) {
    if ConnectionInfo.hasStrayAt(text) {
      throw ConnectionInfoError(
        message: "in a URI, the characters '@', ':' and '/' of a user's name, a password or a database are written as "
          + "%40, %3A and %2F")
    }
    var message: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &message) else {
      defer { PQfreemem(message) }
      let words = message.map { String(cString: $0) } ?? "out of memory"
      throw ConnectionInfoError(message: ConnectionInfo.withoutQuotations(words.trimmed))
    }
    defer { PQconninfoFree(options) }
    parameters = Dictionary(
      ConnectionOption.all(options).map { ($0.keyword, $0.value) }, uniquingKeysWith: { first, _ in first })
    // libpq quotes these two when they are invalid, and in a URI with a stray '/' they are pieces of the password.
    guard parameters["port", default: ""].utf8.allSatisfy({ (48...57).contains($0) || $0 == 44 }) else {
      throw ConnectionInfoError(message: "the port is not a number")
    }
    guard !parameters["host", default: ""].dropFirst().contains("@") else {
      throw ConnectionInfoError(message: "the host's name has an '@'")
    }
  }

  /// Whether a URI has an `@` after the one that ends the user and password.
  ///
  /// It then belongs to the password, and the text after it would be taken for the host or, after a `/`, for the
  /// database.
  private static func hasStrayAt(_ text: String) -> Bool {
    guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else { return false }
    let rest = text.dropFirst(scheme.count)
    let end = rest.firstIndex { $0 == "@" || $0 == "/" } ?? rest.endIndex
    let place = rest[end...].dropFirst()
    return place.prefix { $0 != "?" }.contains("@")
  }

  /// Removes the quotations from libpq's messages, which quote the text that they reject.
  private static func withoutQuotations(_ message: String) -> String {
    guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
      return message
    }
    return message[..<first] + "\"…\"" + message[message.index(after: last)...]
  }
}

/// A libpq option that has a value.
struct ConnectionOption: Equatable, Sendable {
  let keyword: String
  let value: String
  /// The environment variable of libpq for it, if there is one.
  let variable: String?
  /// Whether libpq would use this value by default.
  let isDefault: Bool

  /// - Parameter options: the options, which still belong to the caller; the keyword of the last is NULL.
  static func all(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [ConnectionOption] {
    var all: [ConnectionOption] = []
    var next = options
    while let keyword = next.pointee.keyword {
      if let value = next.pointee.val.map({ String(cString: $0) }), !value.isEmpty {
        all.append(
          ConnectionOption(
            keyword: String(cString: keyword), value: value,
            variable: next.pointee.envvar.map { String(cString: $0) },
            isDefault: next.pointee.compiled.map { String(cString: $0) } == value))
      }
      next += 1
    }
    return all
  }
}

extension ConnectionOption {
  /// The value for a program that starts in another directory.
  var fromAnywhere: String {
    let isPath = ["sslcert", "sslkey", "sslrootcert", "sslcrl", "sslcrldir"].contains(keyword)
    // `system` means the system's own list, and a key may be on a device.
    guard isPath, !value.hasPrefix("/"), value != "system", !value.contains(":") else { return value }
    return "\(FileManager.default.currentDirectoryPath)/\(value)"
  }
}

extension Connection {
  /// All options that the connection was opened with, including those from the environment and the service file.
  var options: [ConnectionOption] {
    guard let options = PQconninfo(handle) else { return [] }
    defer { PQconninfoFree(options) }
    return ConnectionOption.all(options)
  }

  /// The host that answered, if several were given.
  var host: String { text(PQhost(handle)) }
  /// The address of the host; empty for a Unix socket.
  var hostAddress: String { text(PQhostaddr(handle)) }
  var port: String { text(PQport(handle)) }
  package var user: String { text(PQuser(handle)) }
  package var database: String { text(PQdb(handle)) }
  /// The password, wherever it came from; empty for none.
  var password: String { text(PQpass(handle)) }

  private func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

  private func text(_ pointer: UnsafeMutablePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}
