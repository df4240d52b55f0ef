import JSON
package import PlanCore

/// The available reports.
///
/// A new one is a case here and a function from the outcome to text; the option, its help and the file follow from this
/// table.
package enum ReportFormat: String, CaseIterable, Sendable {
  case junit, json, markdown, html, sarif, gitlab

  /// The description for the help.
  package var summary: String {
    switch self {
    case .junit: "a JUnit XML report"
    case .json: "a JSON report"
    case .markdown: "a Markdown report for a pull request"
    case .html: "a page for browsers"
    case .sarif: "a SARIF report for code scanning"
    case .gitlab: "a report for GitLab's code-quality widget"
    }
  }

  /// A whole document, ending with a line feed.
  package func text(_ outcome: RunOutcome) -> String {
    switch self {
    case .junit: JUnitReport.text(outcome)
    case .json: JSONReport.text(outcome)
    case .markdown: MarkdownReport.text(outcome)
    case .html: HTMLReport.text(outcome)
    case .sarif: SARIFReport.text(outcome)
    case .gitlab: GitLabReport.text(outcome)
    }
  }
}
