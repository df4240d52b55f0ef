import FoundationEssentials
import OperatingSystem

/// Where `plangate init` puts the manifest and what belongs to it.
struct ManifestPlace: Equatable, Sendable {
  /// `queries`, or another where the application has a directory of that name.
  let directory: String
  /// The value of `baselines:`; nil for its default.
  let baselines: String?

  /// - Parameter hasOwnBaselines: whether the baselines go into the directory, rather than beside it.
  init(directory: String, hasOwnBaselines: Bool = true) {
    self.directory = directory
    baselines = hasOwnBaselines ? "baselines" : nil
  }

  static let usual = ManifestPlace(
    directory: parentDirectory(of: Options.defaultManifest), hasOwnBaselines: false)

  var manifest: String { "\(directory)/manifest.yml" }
  private var isUsual: Bool { manifest == Options.defaultManifest }
  /// The option that commands need to find the manifest, with a space before it.
  var option: String { isUsual ? "" : " --manifest \(manifest)" }

  /// Whether a manifest exists, be it a link to nothing.
  var hasManifest: Bool { ProjectTree.exists(manifest) }

  /// The place in the current directory: that of a manifest which exists, else one that the application does not use.
  static func choose() -> ManifestPlace {
    let names = [usual.directory, "plangate", "plangate-plans"]
    let places = names.map { name in
      ManifestPlace(directory: name, hasOwnBaselines: name != usual.directory || isForeign("baselines"))
    }
    return places.first(where: \.hasManifest) ?? places.first { isFree($0.directory) } ?? places[places.count - 1]
  }

  /// Whether a directory is missing or empty.
  private static func isFree(_ directory: String) -> Bool {
    guard ProjectTree.exists(directory) else { return true }
    return (try? FileManager.default.contentsOfDirectory(atPath: directory).isEmpty) ?? false
  }

  /// Whether a directory holds something, and no baseline.
  private static func isForeign(_ directory: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    return !isFree(directory) && !names.contains { $0.hasSuffix(".plan") }
  }
}
