import PlanCore
import Testing

@testable import GateCommand

@Suite struct DefinitionCatalogTests {
  private static let catalog = DefinitionCatalog([
    ["function", "public", "twice", "v f 1 0 integer integer SELECT $1 + $1"],
    ["function", "public", "twice", "v f 1 0 text text SELECT $1 || $1"],
    ["view", "public", "orders", "SELECT 1 FROM open_orders"],
    ["view", "archive", "orders", "SELECT 2"],
    ["view", "public", "open_orders", "SELECT twice(id), now() FROM base, Orders"],
    ["view", "public", "Wéird \"view\"", "SELECT 3"],
    ["view", "public", "unused", "SELECT 4"],
    ["view", "public", nil, "SELECT 5"],
  ])

  @Test func `directly named functions count, all of the same name`() {
    #expect(
      Self.catalog.definitions(namedIn: "SELECT TWICE(1), 'unused' -- unused") == [
        "function public.twice": fingerprint(
          "v f 1 0 integer integer SELECT $1 + $1\nv f 1 0 text text SELECT $1 || $1")
      ])
    #expect(
      Self.catalog.definitions(namedIn: "SELECT * FROM \"Wéird \"\"view\"\"\"").keys.sorted()
        == ["view public.Wéird \"view\""])
    #expect(Self.catalog.definitions(namedIn: "SELECT * FROM \"Orders\"") == [:])
    #expect(DefinitionCatalog([]).definitions(namedIn: "SELECT unused") == [:])
  }

  @Test func `functions that they name count too, even in a cycle and when asked again`() {
    let all = ["function public.twice", "view archive.orders", "view public.open_orders", "view public.orders"]
    for statement in ["SELECT * FROM archive.orders", "SELECT * FROM open_orders", "SELECT * FROM archive.orders"] {
      #expect(Self.catalog.definitions(namedIn: statement).keys.sorted() == all)
    }
  }

  @Test func `the first function that reads the clock is reported`() {
    #expect(Self.catalog.firstReadingClock(namedIn: "SELECT * FROM orders") == "view public.open_orders")
    #expect(Self.catalog.firstReadingClock(namedIn: "SELECT * FROM unused") == nil)
  }
}
