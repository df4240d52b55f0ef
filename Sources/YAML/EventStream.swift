internal import CLibYAML

/// The owner of a libyaml parser and of the bytes that it reads.
struct EventStream: ~Copyable {
  /// The parser, on the heap because `yaml_parser_set_input_string` stores the parser's own address in it.
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>

  init(_ bytes: [UInt8]) throws(YAMLError) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLError(message: "out of memory", mark: nil)
    }
    input = .allocate(capacity: bytes.count)
    _ = input.initialize(from: bytes)
    yaml_parser_set_input_string(parser, input.baseAddress, input.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event; the stream cannot be used after an error.
  mutating func next() throws(YAMLError) -> Event {
    var event = yaml_event_t()
    defer { yaml_event_delete(&event) }
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
    return Event(event)
  }

  private var failure: YAMLError {
    guard let words = parser.pointee.problem else { return YAMLError(message: "out of memory", mark: nil) }
    let problem = String(cString: words)
    return parser.pointee.error == YAML_READER_ERROR ? readerFailure(problem) : syntaxFailure(problem)
  }

  /// An error for bytes that are not text: libyaml gives their offset and, except for a truncated file, their value.
  private func readerFailure(_ problem: String) -> YAMLError {
    let value = parser.pointee.problem_value
    let digits = String(value, radix: 16, uppercase: true)
    return YAMLError(
      message: value < 0 ? problem : "\(problem) (0x\(digits.count < 2 ? "0" : "")\(digits))",
      mark: YAMLMark(byteOffset: parser.pointee.problem_offset, in: input))
  }

  private func syntaxFailure(_ problem: String) -> YAMLError {
    let mark = YAMLMark(parser.pointee.problem_mark)
    // A tab looks like spaces. libyaml's buffer still points to the character that it rejected.
    if problem == "found character that cannot start any token", parser.pointee.buffer.pointer.pointee == 0x09 {
      return YAMLError(message: "found a tab character that cannot start any token, indent with spaces", mark: mark)
    }
    guard let words = parser.pointee.context else { return YAMLError(message: problem, mark: mark) }
    let context = String(cString: words)
    let start = YAMLMark(parser.pointee.context_mark)
    // A context that starts at the problem itself ("while scanning for the next token") adds nothing.
    if start == mark { return YAMLError(message: problem, mark: mark) }
    let place = start.line == mark.line ? "" : " that starts on line \(start.line)"
    return YAMLError(message: "\(problem) \(context)\(place)", mark: mark)
  }
}

extension Event {
  fileprivate init(_ event: yaml_event_t) {
    let mark = YAMLMark(event.start_mark)
    switch event.type {
    case YAML_STREAM_START_EVENT:
      self.init(kind: .streamStart, mark: mark)
    case YAML_DOCUMENT_START_EVENT:
      self.init(kind: .documentStart, mark: mark)
    case YAML_DOCUMENT_END_EVENT:
      self.init(kind: .documentEnd, mark: mark)
    case YAML_ALIAS_EVENT:
      self.init(kind: .alias(text(event.data.alias.anchor) ?? ""), mark: mark)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      // Uses the length, because an escaped NUL is a legal character of a quoted scalar.
      let content = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      self.init(
        kind: .scalar(content, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), mark: mark,
        anchor: text(scalar.anchor), tag: text(scalar.tag))
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      self.init(kind: .sequenceStart, mark: mark, anchor: text(start.anchor), tag: text(start.tag))
    case YAML_SEQUENCE_END_EVENT:
      self.init(kind: .sequenceEnd, mark: mark)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      self.init(kind: .mappingStart, mark: mark, anchor: text(start.anchor), tag: text(start.tag))
    case YAML_MAPPING_END_EVENT:
      self.init(kind: .mappingEnd, mark: mark)
    default:
      // The end of the stream, and YAML_NO_EVENT, the only event that follows it.
      self.init(kind: .streamEnd, mark: mark)
    }
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) {
    self.init(line: mark.line + 1, column: mark.column + 1)
  }
}

private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  pointer.map { String(cString: $0) }
}
