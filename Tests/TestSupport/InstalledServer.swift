import Foundation
import Postgres

/// A PostgreSQL server that the tests run plangate on: the distribution's, or one that `scripts/install-servers`
/// fetches.
package enum InstalledServer: String, CaseIterable, Sendable {
  /// The one that plangate takes by itself, 15 on Debian 12.
  case distribution
  case postgres16 = "16"
  case postgres17 = "17"
  case postgres18 = "18"
  case postgres18WithContrib = "18-contrib"

  /// The servers of `scripts/install-servers`.
  package static let fetched = allCases.filter { $0 != .distribution }
  /// The servers with the contrib modules, such as auto_explain and pg_stat_statements.
  package static let withAutoExplain = allCases.filter(\.hasAutoExplain)
  /// The servers without any contrib module.
  package static let withoutAutoExplain = allCases.filter { !$0.hasAutoExplain }

  package var hasAutoExplain: Bool {
    switch self {
    case .distribution, .postgres17, .postgres18WithContrib: true
    case .postgres16, .postgres18: false
    }
  }

  /// The directory of its programs, as `--postgres` takes it.
  ///
  /// - Throws: if the server is not installed.
  package var binaries: String {
    get throws { try installation.binaries }
  }

  package var major: Int {
    get throws { try installation.major }
  }

  private var installation: ServerInstallation {
    get throws {
      let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      let fetched = root.appending(path: ".build/servers/\(rawValue)/bin").path
      do {
        return try ServerInstallation.locate(
          self == .distribution ? nil : fetched, environment: plainEnvironment())
      } catch { throw TestFailure("\(error)\nscripts/install installs the servers of the tests") }
    }
  }
}
