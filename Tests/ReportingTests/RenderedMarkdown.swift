import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Markdown rendered by cmark-gfm, GitHub's renderer.
struct RenderedMarkdown {
  let elements: Set<String>
  let attributes: Set<String>
  /// The text in `code` and `pre` elements, where GitHub finds no mentions.
  let code: String
  /// All other text.
  let prose: String
  private let counts: [String: Int]

  func count(of element: String) -> Int { counts[element] ?? 0 }

  init(_ markdown: String) throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "plangate-markdown-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let (source, page) = (directory.appending(path: "report.md"), directory.appending(path: "page.html"))
    try Data(markdown.utf8).write(to: source)
    _ = FileManager.default.createFile(atPath: page.path, contents: nil)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let extensions = ["table", "autolink", "strikethrough", "tasklist"].flatMap { ["-e", $0] }
    process.arguments = ["cmark-gfm", "--unsafe"] + extensions + [source.path]
    process.standardOutput = try FileHandle(forWritingTo: page)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    // The output is well-formed, which it would not be if a name opened or closed an element.
    let reader = Reader()
    let parser = XMLParser(data: Data("<page>\n".utf8) + (try Data(contentsOf: page)) + Data("</page>".utf8))
    parser.delegate = reader
    let isParsed = parser.parse()
    if let error = parser.parserError { throw error }
    try #require(isParsed)
    elements = Set(reader.counts.keys).subtracting(["page"])
    (attributes, code, prose, counts) = (reader.attributes, reader.code, reader.prose, reader.counts)
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var attributes: Set<String> = []
    var code = ""
    var prose = ""
    private var depth = 0

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      counts[name, default: 0] += 1
      self.attributes.formUnion(attributes.keys)
      if name == "code" || name == "pre" { depth += 1 }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
      if depth > 0 { code += text } else { prose += text }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
      if name == "code" || name == "pre" { depth -= 1 }
    }
  }
}
