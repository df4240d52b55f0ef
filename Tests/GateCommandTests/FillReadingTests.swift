import PlanCore
import Testing

@testable import GateCommand

@Suite struct CheckReaderTests {
  private func limits(_ condition: String) -> [String: ColumnLimits] {
    CheckReader.limits(in: condition, of: ["a", "b", "status", "Odd name"])
  }

  @Test func `lists of values are read in all forms that the server writes`() {
    let list = ["status": ColumnLimits(values: ["open", "it's, done"])]
    for condition in [
      "(status = ANY (ARRAY['open'::text, 'it''s, done'::text]))",
      "((status)::text = ANY ((ARRAY['open'::character varying, 'it''s, done'::character varying])::text[]))",
      "(status = ANY ('{open,\"it''s, done\"}'::text[]))",
      "((status = 'open'::text) OR (status = 'it''s, done'::text))",
      "((status IS NULL) OR (status = ANY (ARRAY['open'::text, 'it''s, done'::text])))",
    ] { #expect(limits(condition) == list, "\(condition)") }
    #expect(
      limits("(\"Odd name\" = ANY (ARRAY[1, '-2'::integer]))") == ["Odd name": ColumnLimits(values: ["1", "-2"])])
  }

  @Test func `bounds, lengths and patterns are read`() {
    #expect(
      limits("((a >= 1) AND (a <= (5)::numeric))")
        == [
          "a": ColumnLimits(
            lower: .init(value: 1, isInclusive: true), upper: .init(value: 5, isInclusive: true))
        ])
    #expect(
      limits("((0.5)::double precision < a)") == ["a": ColumnLimits(lower: .init(value: 0.5, isInclusive: false))])
    #expect(limits("(a > '-3'::integer)") == ["a": ColumnLimits(lower: .init(value: -3, isInclusive: false))])
    #expect(limits("(char_length((a)::text) <= 12)") == ["a": ColumnLimits(maximumLength: 12)])
    #expect(limits("(length(a) = 3)") == ["a": ColumnLimits(minimumLength: 3, maximumLength: 3)])
    #expect(limits("((a)::text ~ '^[A-Z]+$'::text)") == ["a": ColumnLimits(pattern: "^[A-Z]+$")])
    #expect(limits("(a = lower(a))") == ["a": ColumnLimits(isLowercase: true)])
  }

  @Test(arguments: [
    "(a < b)", "((a = 1) OR (b = 2))", "(num_nonnulls(a, b) = 1)", "((status <> 'x'::text) OR (a IS NOT NULL))",
    "(unknown > 3)", "", "((", "a = ANY (", "(a <> 3)",
  ])
  func `what is not understood limits nothing`(condition: String) { #expect(limits(condition) == [:]) }

  @Test func `limits of several conditions add up`() {
    var sum = ColumnLimits(values: ["a", "b"], lower: .init(value: 0, isInclusive: true), maximumLength: 10)
    sum.add(ColumnLimits(values: ["b", "c"], lower: .init(value: 0, isInclusive: false), maximumLength: 5))
    #expect(sum.values == ["b"] && sum.lower == .init(value: 0, isInclusive: false) && sum.maximumLength == 5)
  }

  @Test func `VALUE of a domain becomes the column, but not in a text`() {
    #expect(
      DomainCheck.condition("((VALUE)::text <> 'VALUE'::text)", of: "\"Odd name\"")
        == "((\"Odd name\")::text <> 'VALUE'::text)")
  }

  @Test func `only literals are defaults that stay`() {
    for text in [
      "'{}'::jsonb", "0", "'-1'::integer", "true", "'a'::character varying", "NULL::text", "ARRAY[]::text[]",
    ] {
      #expect(ConstantDefault.isConstant(text), "\(text)")
    }
    for text in ["now()", "gen_random_uuid()", "CURRENT_TIMESTAMP", "('a' || random())", "nextval('x'::regclass)"] {
      #expect(!ConstantDefault.isConstant(text), "\(text)")
    }
  }
}

@Suite struct PatternTextTests {
  @Test func `parts of a pattern`() throws {
    let pattern = try #require(PatternText("^SKU-[A-C]{2}\\d{3,}(x|y)?$"))
    #expect(pattern.parts.map { String($0.characters) } == ["S", "K", "U", "-", "ABC", "0123456789"])
    #expect(pattern.parts.last == PatternText.Part(characters: Array("0123456789"), minimum: 3, maximum: nil))
    #expect(pattern.capacity(to: 9) == 9 * 1000)
  }

  @Test func `texts by a number differ in their last characters first`() throws {
    let pattern = try #require(PatternText("^[A-C]-[0-9]{2}$"))
    #expect(
      pattern.sql(to: 10, number: "n")
        == "substr('ABC', 1 + ((n) / 100 % 3)::integer, 1) || '-' || lpad(((n) % 100)::text, 2, '0')")
    #expect(try #require(PatternText("^it's$")).sql(to: 10, number: nil) == "'it''s'")
  }

  @Test(arguments: ["(a)\\1", "[a", "a{", "(?=a)b", "*a", "(a", "a)", "[[:odd:]]"])
  func `what only a matcher understands is refused`(pattern: String) { #expect(PatternText(pattern) == nil) }
}

@Suite struct PartitionValuesTests {
  @Test func `bounds of lists and ranges`() {
    #expect(PartitionValues("FOR VALUES IN ('a', 'it''s', NULL)") == .list(["a", "it's"]))
    #expect(PartitionValues("FOR VALUES IN (1, '-2'::integer)") == .list(["1", "-2"]))
    #expect(
      PartitionValues("FOR VALUES FROM ('2026-01-01') TO ('2026-04-01')") == .ranges([("2026-01-01", "2026-04-01")]))
    #expect(PartitionValues("FOR VALUES FROM (MINVALUE, 1) TO (10, MAXVALUE)") == .ranges([(nil, "10")]))
    for bound in ["DEFAULT", "FOR VALUES WITH (modulus 4, remainder 0)", "", "FOR VALUES IN ("] {
      #expect(PartitionValues(bound) == nil)
    }
  }

  @Test func `ranges that follow one another are one`() {
    let merged = PartitionValues.merged([("b", "c"), ("d", "e"), ("a", "b"), ("c", "d"), ("x", nil)])
    #expect(PartitionValues.ranges(merged) == .ranges([("a", "e"), ("x", nil)]))
  }
}

@Suite struct SQLTextTests {
  @Test func `literals hold anything`() {
    #expect(quotedLiteral("it's") == "'it''s'")
    #expect(quotedLiteral("a\\'b") == "E'a\\\\''b'")
    #expect(quotedLiteral("'\u{301}") == "'''\u{301}'")
    #expect(commentText("a\nDROP TABLE x;\r\u{85}") == "a DROP TABLE x;  ")
  }

  @Test func `arrays are read and written`() throws {
    let elements: [String?] = ["plain", nil, "", "a \"b\", {c}\\", "NULL", "é"]
    #expect(ArrayText.elements(ArrayText.text(elements)) == elements)
    #expect(ArrayText.elements("{}") == [])
    for text in ["", "{", "a", "{a", "{a,}", "{{a}}", "{a}b", "{\"a}", "{a\\"] {
      #expect(ArrayText.elements(text) == nil, "\(text)")
    }
  }
}
