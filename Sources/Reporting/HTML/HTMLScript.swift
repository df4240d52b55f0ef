/// The page's script, from the `.js` files beside it: plain JavaScript in one strict function. It makes elements and text
/// nodes, never markup, and it needs nothing but the page itself.
enum HTMLScript {
  static let text: String = {
    // What a file uses when it is read has to stand before it.
    let files = [
      PackageResources.elements_js, PackageResources.plan_js, PackageResources.nodes_js, PackageResources.article_js,
      PackageResources.list_js, PackageResources.page_js,
    ]
    return "(() => {\n\"use strict\";\n" + files.map { String(decoding: $0, as: UTF8.self) }.joined() + "})();\n"
  }()
}
