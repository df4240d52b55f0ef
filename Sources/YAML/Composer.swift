/// Builds the single document of a stream from its events.
struct Composer: ~Copyable {
  /// The most nodes, counting each alias with all nodes that it names: nine lines of nested aliases can name a billion.
  private static let nodeLimit = 100_000
  /// The deepest nesting, which bounds the recursion here and in code that walks the result.
  private static let depthLimit = 100

  private enum Anchor: Equatable {
    /// The node, which starts at the mark, is still being read: an alias to it would contain itself.
    case open(YAMLMark)
    case complete(YAMLNode)
  }

  private var events: EventStream
  private var anchors: [String: Anchor] = [:]
  private var nodeCount = 0

  init(events: consuming EventStream) {
    self.events = events
  }

  mutating func document() throws(YAMLError) -> YAMLNode {
    _ = try events.next()  // The start of the stream.
    guard try events.next().kind == .documentStart else {
      throw YAMLError(message: "the file is empty", mark: nil)
    }
    let root = try node(from: events.next(), depth: 0)
    _ = try events.next()  // The end of the document.
    let following = try events.next()
    guard following.kind == .streamEnd else {
      throw YAMLError(message: "a second document starts here; the file must hold only one", mark: following.mark)
    }
    return root
  }

  /// Reads a node; `depth` is the number of collections around it.
  private mutating func node(from event: Event, depth: Int) throws(YAMLError) -> YAMLNode {
    if case .alias(let name) = event.kind {
      let value = try value(of: name, at: event.mark)
      try admit(count: value.nodeCount, depth: depth + value.height, at: event.mark)
      return YAMLNode(value: value, mark: event.mark)
    }
    try checkTag(of: event)
    if let name = event.anchor { anchors[name] = .open(event.mark) }
    let node = YAMLNode(value: try value(from: event, depth: depth), mark: event.mark)
    // An inner node may have reused the name: an alias means the anchor that starts last before it.
    if let name = event.anchor, anchors[name] == .open(event.mark) { anchors[name] = .complete(node) }
    return node
  }

  private mutating func value(from event: Event, depth: Int) throws(YAMLError) -> YAMLNode.Value {
    switch event.kind {
    case .scalar(let text, let isPlain):
      try admit(count: 1, depth: depth, at: event.mark)
      return .scalar(text, isPlain: isPlain && event.tag == nil)
    case .sequenceStart:
      try admit(count: 1, depth: depth + 1, at: event.mark)
      return .sequence(try items(depth: depth + 1))
    case .mappingStart:
      try admit(count: 1, depth: depth + 1, at: event.mark)
      return .mapping(try entries(depth: depth + 1))
    default:
      // libyaml's grammar guarantees a node here. If that ever changes, report an error instead of crashing.
      throw YAMLError(message: "expected a value", mark: event.mark)
    }
  }

  private mutating func items(depth: Int) throws(YAMLError) -> [YAMLNode] {
    var items: [YAMLNode] = []
    while true {
      let event = try events.next()
      if event.kind == .sequenceEnd { return items }
      items.append(try node(from: event, depth: depth))
    }
  }

  private mutating func entries(depth: Int) throws(YAMLError) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var seen: [String: YAMLMark] = [:]
    while true {
      let event = try events.next()
      if event.kind == .mappingEnd { return entries }
      let key = try node(from: event, depth: depth)
      guard let text = key.scalarText else {
        throw YAMLError(message: "a mapping key must be a scalar", mark: key.mark)
      }
      if let first = seen.updateValue(key.mark, forKey: text) {
        throw YAMLError(message: "duplicate key \(quoted(text)), first on line \(first.line)", mark: key.mark)
      }
      entries.append(YAMLEntry(key: key, value: try node(from: events.next(), depth: depth)))
    }
  }

  private func value(of name: String, at mark: YAMLMark) throws(YAMLError) -> YAMLNode.Value {
    switch anchors[name] {
    case .complete(let node):
      return node.value
    case .open(let start):
      throw YAMLError(
        message: "the alias '*\(name)' is inside the node that it names, which starts on line \(start.line)",
        mark: mark)
    case nil:
      throw YAMLError(message: "the alias '*\(name)' has no anchor '&\(name)' before it", mark: mark)
    }
  }

  private mutating func admit(count: Int, depth: Int, at mark: YAMLMark) throws(YAMLError) {
    nodeCount += count
    if nodeCount > Self.nodeLimit {
      throw YAMLError(message: "more than \(Self.nodeLimit) nodes with every alias expanded", mark: mark)
    }
    if depth > Self.depthLimit {
      throw YAMLError(message: "more than \(Self.depthLimit) levels of nesting with every alias expanded", mark: mark)
    }
  }

  private func checkTag(of event: Event) throws(YAMLError) {
    switch (event.kind, event.tag) {
    case (_, nil), (_, "!"), (.scalar, "tag:yaml.org,2002:str"):
      return
    case (_, let tag?):
      let core = "tag:yaml.org,2002:"
      let spelling = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag.hasPrefix("!") ? tag : "!<\(tag)>"
      throw YAMLError(message: "the tag \(quoted(spelling)) is not supported", mark: event.mark)
    }
  }

  /// Quotes text so that a message stays on one line whatever the text holds.
  private func quoted(_ text: String) -> String {
    "'" + text.unicodeScalars.map { $0.escaped(asASCII: false) }.joined() + "'"
  }
}

/// The walks visit each alias once and no more nodes than ``Composer`` then counts, so the node limit bounds them too.
extension YAMLNode.Value {
  fileprivate var nodeCount: Int {
    children.reduce(1) { $0 + $1.value.nodeCount }
  }

  /// The number of nested collections; 0 for a scalar.
  fileprivate var height: Int {
    if case .scalar = self { return 0 }
    return 1 + (children.map(\.value.height).max() ?? 0)
  }

  private var children: [YAMLNode] {
    switch self {
    case .scalar: []
    case .sequence(let items): items
    case .mapping(let entries): entries.flatMap { [$0.key, $0.value] }
    }
  }
}
