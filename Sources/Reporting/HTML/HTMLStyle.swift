/// The page's style, from the `.css` files beside it. System fonts, one accent, and red for what fails and nothing else.
enum HTMLStyle {
  static let text: String = {
    let files = [
      PackageResources.frame_css, PackageResources.list_css, PackageResources.article_css, PackageResources.plan_css,
      PackageResources.media_css,
    ]
    return "\n" + files.map { String(decoding: $0, as: UTF8.self) }.joined()
  }()
}
