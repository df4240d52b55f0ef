/// The page's script, from the `.js` files in `Page`: plain JavaScript in one strict function.
///
/// It makes elements and text nodes, never markup, and it needs nothing but the page itself.
enum HTMLScript {
  static let text: String = {
    // A file's top level uses the constants of the files before it.
    let files = [
      PackageResources.elements_js, PackageResources.plan_js, PackageResources.nodes_js, PackageResources.article_js,
      PackageResources.list_js, PackageResources.page_js,
    ]
    return "(() => {\n\"use strict\";\n" + files.map { String(decoding: $0, as: UTF8.self) }.joined() + "})();\n"
  }()

  /// The hash of `text` as the page's Content-Security-Policy names it.
  ///
  /// A test compares both.
  static let hash = "sha256-uVG/ofSnrDOZvm5PWoaSv58nT6LYSfk4ux17hPJsTE0="
}
