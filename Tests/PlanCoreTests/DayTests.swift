import Foundation
import PlanCore
import Testing

@Suite struct `A day` {
  @Test(arguments: ["2027-06-30", "2028-02-29", "0001-01-01", "9999-12-31"])
  func `is printed as it was read`(text: String) { #expect(Day(text)?.description == text) }

  @Test(arguments: [
    "2027-02-29", "2026-02-30", "2100-02-29", "2027-13-01", "2027-00-10", "2027-01-00", "2027-6-30", "27-06-30",
    "2027-06-30 ", " 2027-06-30", "2027-06-30T12:00:00Z", "20270630", "10000-01-01", "+027-06-30", "2027-06-3x", "",
    "２０２７-06-30",
  ])
  func `outside the calendar is refused`(text: String) { #expect(Day(text) == nil) }

  @Test func `is before the days after it`() {
    let days: [Day] = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-10-01"]
    #expect(days.shuffled().sorted() == days)
  }

  @Test func `begins and ends at midnight in UTC`() {
    let midnight = Date(timeIntervalSince1970: 1_795_219_200)
    #expect(Day.containing(midnight) == "2026-11-21")
    #expect(Day.containing(midnight - 1) == "2026-11-20")
    #expect(Day.containing(midnight + 86_399) == "2026-11-21")
  }
}
