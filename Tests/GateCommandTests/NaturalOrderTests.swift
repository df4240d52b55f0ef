import Testing

@testable import GateCommand

@Suite struct NaturalOrderTests {
  /// Groups of paths, each in the order that is expected.
  static let orders = [
    ["V1__a.sql", "V2__b.sql", "V10__c.sql"],
    // A version comes before what continues it, and zeros at its end mean nothing.
    ["s/V1__z.sql", "s/V1.0__zz.sql", "s/V1.1__b.sql", "s/V1_2__a.sql", "s/V1.10__a.sql", "s/V2__a.sql"],
    ["1.sql", "2.sql", "10.sql", "a.sql", "b2.sql", "b10.sql"],
    ["01-x.sql", "1-x.sql", "001-y.sql", "2-x.sql"],
    ["20240101_a.sql", "20240102093000_b.sql", "20240201000000_c.sql"],
    ["99999999999999999998.sql", "99999999999999999999.sql", "100000000000000000000.sql"],
    ["v2/1.sql", "v10/1.sql"],
    // Everything but numbers keeps the order of bytes.
    ["B.sql", "a-b/1.sql", "a.sql", "a/1.sql", "a_b.sql", "ä.sql"],
    ["-.sql", "0.sql", "A.sql", "V1__a.sql", "Vx.sql", "roles.sql"],
    ["R__a.sql", "V1__a.sql"],
    ["V1__a.sql", "___.sql", "__init__.py", "a/__.sql", "é__a.sql"],
    ["x", "x1", "x1y"],
  ]

  @Test(arguments: orders) func `numbers are compared by their value`(paths: [String]) {
    #expect(paths.reversed().map { NaturalOrder($0) }.sorted().map(\.path) == paths)
    for (index, path) in paths.enumerated() {
      for later in paths[(index + 1)...] {
        #expect(
          NaturalOrder(path) < NaturalOrder(later) && !(NaturalOrder(later) < NaturalOrder(path)), "\(path) \(later)")
      }
    }
  }

  @Test func `the order is one for any three paths`() {
    let all = NaturalOrderTests.orders.flatMap { $0 }.map { NaturalOrder($0) }
    for a in all {
      for b in all where a < b {
        for c in all where b < c { #expect(a < c, "\(a.path) \(b.path) \(c.path)") }
      }
    }
  }
}
