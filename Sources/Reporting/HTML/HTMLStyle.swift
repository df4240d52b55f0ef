/// The page's style, from the `.css` files in `Page`.
///
/// System fonts, one accent, and red for failures only.
enum HTMLStyle {
  static let text: String = {
    let files = [
      PackageResources.frame_css, PackageResources.list_css, PackageResources.article_css, PackageResources.plan_css,
      PackageResources.migrations_css, PackageResources.media_css,
    ]
    return "\n" + files.map { String(decoding: $0, as: UTF8.self) }.joined()
  }()

  /// The hash of `text` as the page's Content-Security-Policy names it.
  ///
  /// A test compares both.
  static let hash = "sha256-QneW6XjnOQny2Jw4xVDJt2dUeKGXeHL2uRy+M3O96Xg="
}
