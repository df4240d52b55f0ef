/// The version of plangate and its release day, stated only here.
package enum Release {
  package static let version = "0.1.0"
  /// The release day of the version.
  package static let day = "2026-11-21"
}
