import TestSupport
import Testing
import YAML

@testable import GateCommand

@Suite struct ManifestDraftTests {
  private static let pieces = [
    "a", "é", "名", " ", "  ", "\n", "\r", "\t", "\"", "'", "\\", "#", " #", ": ", "- ", "{", "}", "[", "]", ",", "&",
    "*", "!", "|", ">", "%", "@", "`", "?", "~", "null", "0", "\u{0}", "\u{7f}", "\u{85}", "\u{a0}", "\u{2028}",
    "\u{202e}", "\u{feff}", "\u{fffe}", "\u{e000}", "\u{1f600}", "\u{10ffff}", "$(x)", "${{ x }}",
  ]

  private static func texts() -> [String] {
    var generator = Generator(state: 14)
    return pieces
      + (0..<400).map { _ in
        (0..<Int.random(in: 1...6, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
          .joined()
      }
  }

  @Test func `a scalar is read as the text that it was written for`() throws {
    for text in Self.texts() {
      let scalar = YAMLText.scalar(text)
      #expect(!scalar.contains("\n"))
      let root = try YAMLParser.parse(
        Array("a: \(scalar)    # \(YAMLText.comment(text))\nb: [\(scalar), \(scalar)]\n".utf8))
      #expect(root["a"]?.scalarText == text && root["a"]?.isNull == false, "\(scalar)")
      #expect(root["b"]?.sequence?.map(\.scalarText) == [text, text], "\(scalar)")
    }
  }

  @Test func `a command starts in its directory, whatever that is called`() throws {
    var discovery = Discovery()
    discovery.schema = [.command("alembic upgrade head", in: "it's $(touch x)", inputs: ["a b/[c]/alembic.ini"])]
    let text = ManifestDraft(place: .usual, discovery: discovery).text()
    let step = try #require(try YAMLParser.parse(Array(text.utf8))["seed"]?.sequence?.first)
    #expect(step["run"]?.scalarText == "cd '../it'\\''s $(touch x)' && alembic upgrade head")
    #expect(step["inputs"]?.sequence?.map(\.scalarText) == ["../a b/[c]/alembic.ini"])
  }

  @Test func `a manifest with values in their places gives them to the queries`() throws {
    let project = try Project([
      "q/a.sql": "-- name: one\nSELECT $1::int, $2::int;\n-- name: two\nSELECT :x::int;\n-- name: three\nVACUUM;\n"
    ])
    let discovery = Discovery(of: ProjectTree(project.directory))
    var text = ManifestDraft(place: .usual, discovery: discovery).text()
    for (old, new) in [
      ("# params: [$1, $2]", "params: [1, 2]"), ("    # params:    ", "    params:    "),
      ("    #   x: …", "      x: 3"),
    ] {
      #expect(text.contains(old), "\(text)")
      text = text.replacing(old, with: new)
    }
    try project.write("queries/manifest.yml", text)
    let manifest = try project.load("queries/manifest.yml")
    #expect(manifest.queries.map(\.name) == ["two", "one"])
    #expect(manifest.queries.map(\.cases[0].parameters.bound.count) == [1, 2])
  }

  @Test func `what a manifest cannot be loaded with is left out, and said`() throws {
    let project = try Project(["m/1_a.up.sql": "", "m/01_b.up.sql": "", "seed.sql": "INSERT INTO t VALUES (1);\n"])
    var discovery = Discovery(of: ProjectTree(project.directory))
    #expect(discovery.schema.count == 1)
    LoadableManifest(place: ManifestPlace(directory: project.path("queries"))).restrict(&discovery)
    #expect(discovery.schema.isEmpty && discovery.rows == ["seed.sql"])
    #expect(discovery.leftOut.contains { $0.place == "m" && $0.text.contains("two migrations of version 1") })
    #expect(!discovery.found.contains { $0.place == "m" })
  }
}
