/// The version of plangate and its day. Nothing else in the project states them.
package enum Release {
  package static let version = "0.1.0"
  /// The day of the version.
  package static let day = "2026-11-21"
}
