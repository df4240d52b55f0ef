import Foundation
import PlanCore
import Postgres
import Testing
import TestSupport
import YAML

@testable import GateCommand

@Suite struct StarterProjectTests {
  private static let places = [ManifestPlace.usual, ManifestPlace(directory: "plangate")]

  private func files(_ place: ManifestPlace) -> [StarterProject.File] {
    let starter = StarterProject(place: place)
    return [
      starter.manifest, StarterProject.example, starter.query,
      StarterProject.File(path: "workflow.yml", text: StarterProject.workflow()),
    ]
  }

  @Test(arguments: places)
  func `the manifest is valid, with and without its commented lines`(place: ManifestPlace) throws {
    let starter = StarterProject(place: place)
    let project = try Project(Dictionary(uniqueKeysWithValues: files(place).map { ($0.path, $0.text) }))
    let manifest = try project.load(place.manifest)
    #expect(project.local(manifest.baselines) == (place == .usual ? "baselines" : "plangate/baselines"))
    #expect(manifest.queries.map(\.name) == ["example_orders"])
    #expect(manifest.queries[0].cases.map(\.name) == ["typical", "whale"])

    // A comment that is turned into a line of the manifest must be valid.
    var text = starter.manifest.text
    for offer in ["work_mem", "effective_cache_size", "rules:", "  seq-scan", "  row-estimate"] {
      #expect(text.contains("# \(offer)"), "\(offer)")
      text = text.replacing("# \(offer)", with: offer)
    }
    let query = ["- file: order_search", "  params:", "  plan:", "  session:", "  waive:", "    - {rule:"]
    for offer in query {
      #expect(text.contains("# \(offer)"), "\(offer)")
      text = text.replacing("# \(offer)", with: offer)
    }
    try project.write("\(place.directory)/order_search.sql", "SELECT :tenant, :term")
    try project.write(place.manifest, text)
    let whole = try project.load(place.manifest)
    #expect(whole.queries.count == 2 && whole.queries[1].policy.waivers.count == 1)
    #expect(whole.configuration.settings.count == 3)
  }

  @Test func `editors find the schema in the first line`() {
    #expect(
      StarterProject(place: .usual).manifest.text.hasPrefix(
        "# yaml-language-server: $schema=\(StarterProject.schema)\n"))
  }

  @Test func `the workflow is YAML and runs on pull requests`() throws {
    let root = try YAMLParser.parse(Array(StarterProject.workflow().utf8))
    #expect(root["on"]?["pull_request"] != nil)
    #expect(root["jobs"]?["plans"]?["steps"]?.sequence?.count == 2)
    #expect(root["permissions"]?["contents"]?.scalarText == "read")
  }

  @Test func `the workflow's job is that of this repository's own check, with a release instead of the source`() throws
  {
    func job(_ text: String) throws -> YAMLNode? {
      try YAMLParser.parse(Array(text.utf8))["jobs"]?.mapping?.first?.value
    }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let own = try job(String(contentsOf: root.appending(path: ".github/workflows/gate.yml"), encoding: .utf8))
    let starter = try job(StarterProject.workflow())
    for key in ["runs-on", "timeout-minutes"] {
      #expect(starter?[key]?.scalarText != nil && starter?[key]?.scalarText == own?[key]?.scalarText, "\(key)")
    }
    let action = ".github/actions/plangate"
    let ownStep = own?["steps"]?.sequence?.last
    #expect(ownStep?["uses"]?.scalarText == "./\(action)")
    #expect(ownStep?["with"]?["version"]?.scalarText == "source")
    // The release that wrote the workflow, which needs no Swift.
    #expect(
      starter?["steps"]?.sequence?.last?["uses"]?.scalarText
        == "\(StarterProject.repository)/\(action)@v\(Release.version)")
    #expect(starter?["container"] == nil)
  }

  @Test func `the files are narrow, end with one line feed and have no tabs`() {
    for file in Self.places.flatMap(files) {
      #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n") && !file.text.contains("\t"), "\(file.path)")
      #expect(file.text.split(separator: "\n").allSatisfy { $0.count <= 120 && $0.last != " " }, "\(file.path)")
    }
  }
}
