import JSON
package import PlanCore

/// The report for GitLab's code-quality widget: the subset of Code Climate's format that GitLab reads.
///
/// Waived findings are left out, since the widget has no other way to show that they are accepted.
package enum GitLabReport {
  /// A whole document, ending with a line feed.
  package static func text(_ outcome: RunOutcome) -> String {
    JSON.array(outcome.remarks.filter { $0.weight != .waived }.map(json)).prettyText + "\n"
  }

  private static func json(_ remark: Remark) -> JSON {
    let since = remark.weight == .fail ? remark.migration.map { " (\(Cause.migration($0).text.visible))" } ?? "" : ""
    let description = (remark.caseName.map { "\($0.visible): " } ?? "") + remark.message + since
    return .object([
      JSONMember("description", .string(description.limited(to: 1000))),
      JSONMember("check_name", .string(remark.rule.visible)),
      JSONMember("fingerprint", .string(remark.fingerprint)),
      JSONMember("severity", .string(severity(remark.weight))),
      JSONMember(
        "location",
        .object([
          JSONMember("path", .string(remark.place.file)),
          JSONMember("lines", .object([JSONMember("begin", .number(Double(remark.place.line ?? 1)))])),
        ])),
    ])
  }

  private static func severity(_ weight: Remark.Weight) -> String {
    switch weight {
    case .unchecked: "blocker"
    case .fail: "critical"
    case .warn: "minor"
    case .waived: "info"
    }
  }
}
