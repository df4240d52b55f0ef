/// A parser event of libyaml, without its C types.
struct Event {
  enum Kind: Equatable {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
  }

  let kind: Kind
  let mark: YAMLMark
  /// The name after `&`.
  var anchor: String?
  /// An explicit tag with its handle resolved, `tag:yaml.org,2002:str` for `!!str`; `!` for the non-specific tag.
  var tag: String?
}
