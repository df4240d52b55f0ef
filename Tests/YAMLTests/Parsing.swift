import YAML

/// Parses text; input that is not text (broken UTF-8, UTF-16) goes to ``YAMLParser`` as bytes.
func parse(_ text: String) throws(YAMLError) -> YAMLNode {
  try YAMLParser.parse(Array(text.utf8))
}

func plain(_ text: String, _ line: Int, _ column: Int) -> YAMLNode {
  YAMLNode(value: .scalar(text, isPlain: true), mark: YAMLMark(line: line, column: column))
}

/// A scalar that is always text: quoted, a block, or tagged as such.
func quoted(_ text: String, _ line: Int, _ column: Int) -> YAMLNode {
  YAMLNode(value: .scalar(text, isPlain: false), mark: YAMLMark(line: line, column: column))
}

func sequence(_ line: Int, _ column: Int, _ items: [YAMLNode]) -> YAMLNode {
  YAMLNode(value: .sequence(items), mark: YAMLMark(line: line, column: column))
}

func mapping(_ line: Int, _ column: Int, _ entries: [(YAMLNode, YAMLNode)]) -> YAMLNode {
  YAMLNode(
    value: .mapping(entries.map { YAMLEntry(key: $0, value: $1) }), mark: YAMLMark(line: line, column: column))
}

func failure(_ message: String, _ line: Int, _ column: Int) -> YAMLError {
  YAMLError(message: message, mark: YAMLMark(line: line, column: column))
}
