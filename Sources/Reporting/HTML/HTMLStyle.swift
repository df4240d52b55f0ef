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
  static let hash = "sha256-p6O49WoDPTWF8K2sQgraO35MYb8Q9cKe+2yQSKHWr2Y="
}
