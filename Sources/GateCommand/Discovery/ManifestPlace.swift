import OperatingSystem
import FoundationEssentials

/// Where `plangate init` puts the manifest and what belongs to it.
struct ManifestPlace: Equatable, Sendable {
  /// `queries`, or `plangate` where the application has a directory of that name.
  let directory: String

  static let usual = ManifestPlace(directory: parentDirectory(of: Options.defaultManifest))
  private static let other = ManifestPlace(directory: "plangate")

  var manifest: String { "\(directory)/manifest.yml" }
  var isUsual: Bool { self == .usual }
  /// The value of `baselines:`; nil for its default.
  var baselines: String? { isUsual ? nil : "baselines" }
  /// The option that commands need to find the manifest, with a space before it.
  var option: String { isUsual ? "" : " --manifest \(manifest)" }

  /// Whether a manifest exists, be it a link to nothing.
  var hasManifest: Bool { ProjectTree.exists(manifest) }

  /// The place in the current directory: that of a manifest which exists, else one that the application does not use.
  static func choose() -> ManifestPlace {
    if usual.hasManifest { return usual }
    if other.hasManifest { return other }
    return usual.isFree ? usual : other
  }

  /// Whether the directory is missing or empty.
  private var isFree: Bool {
    guard ProjectTree.exists(directory) else { return true }
    return (try? FileManager.default.contentsOfDirectory(atPath: directory).isEmpty) ?? false
  }
}
