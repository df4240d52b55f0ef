import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// An element of a parsed document.
final class ParsedXML: NSObject, XMLParserDelegate {
  let name: String
  let attributes: [String: String]
  private(set) var children: [ParsedXML] = []
  private(set) var text = ""
  private var open: [ParsedXML] = []

  private init(_ name: String, _ attributes: [String: String]) {
    self.name = name
    self.attributes = attributes
  }

  /// The root element.
  ///
  /// Throws for a document that is not well-formed: `parse()` alone can return true for a broken one.
  static func root(of text: String) throws -> ParsedXML {
    let document = ParsedXML("", [:])
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = document
    let isParsed = parser.parse()
    if let error = parser.parserError { throw error }
    guard isParsed, document.open.isEmpty, document.children.count == 1 else { throw CocoaError(.fileReadCorruptFile) }
    return document.children[0]
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let element = ParsedXML(name, attributes)
    (open.last ?? self).children.append(element)
    open.append(element)
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.text += text }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    open.removeLast()
  }

  /// All elements with a name, in document order.
  func all(_ name: String) -> [ParsedXML] {
    children.flatMap { ($0.name == name ? [$0] : []) + $0.all(name) }
  }

  subscript(attribute: String) -> String? { attributes[attribute] }
}
