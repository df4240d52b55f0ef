/// Variables that plangate withholds from every child, since the seed of a pull request may be untrusted code.
enum ChildEnvironment {
  /// Files with which a GitHub Actions step affects later steps, and tokens that CI services give to every job.
  private static let withheld: Set<String> = [
    "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY",
    "GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GH_ENTERPRISE_TOKEN",
    "ACTIONS_CACHE_URL", "ACTIONS_RESULTS_URL",
    "CI_JOB_TOKEN", "CI_JOB_JWT", "CI_JOB_JWT_V1", "CI_JOB_JWT_V2", "CI_REPOSITORY_URL", "CI_REGISTRY_PASSWORD",
    "CI_DEPLOY_PASSWORD", "CI_DEPENDENCY_PROXY_PASSWORD",
    "SYSTEM_ACCESSTOKEN", "CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2", "BITBUCKET_STEP_OIDC_TOKEN",
    "BUILDKITE_AGENT_ACCESS_TOKEN",
  ]
  private static let prefixes = ["ACTIONS_RUNTIME_", "ACTIONS_ID_TOKEN_REQUEST_"]

  static func isWithheld(_ name: String) -> Bool {
    withheld.contains(name) || prefixes.contains { name.hasPrefix($0) }
  }
}
