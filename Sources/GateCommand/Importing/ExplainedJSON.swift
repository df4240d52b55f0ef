import JSON

/// The statement in a plan that auto_explain logs as JSON.
struct ExplainedJSON {
  let text: String
  /// As in a log's detail; nil if there are none.
  let parameters: String?

  init(_ document: String) throws {
    let json = try JSON(parsing: document)
    guard let text = json["Query Text"]?.stringValue else { throw MissingText() }
    self.text = text
    parameters = json["Query Parameters"]?.stringValue
  }

  private struct MissingText: Error {}
}
