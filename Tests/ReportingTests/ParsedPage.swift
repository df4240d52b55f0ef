import Foundation
import JSON
import PlanCore
import Testing

/// The parts of a page that the tests examine.
struct ParsedPage {
  /// The page without its style and its script, which are the same in all of them.
  let rest: String
  let style: String
  let script: String
  /// The texts of the data blocks, by their ids.
  let blocks: [String: String]

  init(_ page: String) throws {
    func cut(_ text: inout String, from start: String, to end: String, options: String.CompareOptions = []) throws
      -> String
    {
      let opening = try #require(text.range(of: start, options: options))
      let closing = try #require(text.range(of: end, range: opening.upperBound..<text.endIndex))
      let content = String(text[opening.upperBound..<closing.lowerBound])
      text.replaceSubrange(opening.upperBound..<closing.lowerBound, with: "…")
      return content
    }
    var text = page
    style = try cut(&text, from: "<style>", to: "</style>")
    script = try cut(&text, from: "<script>", to: "</script>", options: .backwards)
    rest = text
    var blocks: [String: String] = [:]
    for piece in text.components(separatedBy: "<script type=\"application/json\" id=\"").dropFirst() {
      let id = try #require(piece.range(of: "\">"))
      let end = try #require(piece.range(of: "</script>"))
      blocks[String(piece[..<id.lowerBound])] = String(piece[id.upperBound..<end.lowerBound])
    }
    self.blocks = blocks
  }

  func data(_ position: Int) throws -> JSON { try JSON(parsing: try #require(blocks["data-\(position)"])) }
}

extension JSON {
  var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
}
