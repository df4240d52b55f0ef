/// Texts like those that columns of usual names have.
struct NamedTexts {
  /// The expression for the number of the row.
  let n: String
  /// The name of the table, for texts that say no more.
  let table: String

  /// An expression for a text, and whether it differs from row to row.
  func sql(_ name: String) -> (text: String, isUnique: Bool) {
    let words = ColumnWords(name)
    if let text = person(words) ?? place(words) ?? code(words) ?? prose(words) { return text }
    return (
      kind(words) ?? "\(quotedLiteral(ColumnWords(name).words.joined(separator: " ") + " ")) || \(many(400))", false
    )
  }

  private func person(_ words: ColumnWords) -> (text: String, isUnique: Bool)? {
    let (first, last) = (pick(NamedTexts.firstNames, 1), pick(NamedTexts.lastNames, 1))
    if words.has("email", "mail") { return ("'user' || \(n) || '@example.com'", true) }
    if words.has("username", "login", "handle", "nickname", "nick", "screenname") { return ("'user_' || \(n)", true) }
    if words.has("firstname", "forename", "given") || words.has("first") && words.has("name") { return (first, false) }
    if words.has("lastname", "surname", "family") || words.has("last") && words.has("name") { return (last, false) }
    if words.has("phone", "mobile", "tel", "fax") {
      return ("'+1555' || lpad(floor(10000000 * random())::integer::text, 7, '0')", false)
    }
    if words.has("fullname", "author", "contact") || words.has("full", "display", "person") && words.has("name") {
      return ("\(first) || ' ' || \(last)", false)
    }
    if words.ends("name") {
      let people = ["user", "customer", "person", "people", "employee", "member", "patient", "student", "contact"]
      if people.contains(where: { table.hasPrefix($0) }) { return ("\(first) || ' ' || \(last)", false) }
      return ("\(pick(NamedTexts.adjectives, 1)) || ' ' || \(pick(NamedTexts.nouns, 1)) || ' ' || \(n)", true)
    }
    return nil
  }

  private func place(_ words: ColumnWords) -> (text: String, isUnique: Bool)? {
    if words.has("city", "town") { return (pick(NamedTexts.cities, 2), false) }
    if words.has("country", "nationality") { return (pick(NamedTexts.countries, 2), false) }
    if words.has("zip", "postcode", "postal") {
      return ("lpad(floor(100000 * power(random(), 2))::integer::text, 5, '0')", false)
    }
    if words.has("address", "street", "line1", "addr") {
      return ("1 + floor(200 * random())::integer || ' ' || \(pick(NamedTexts.nouns, 1)) || ' Street'", false)
    }
    if words.has("timezone", "tz") || words.has("zone") && words.has("time") {
      return (pick(["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"], 2), false)
    }
    if words.has("company", "organization", "organisation", "employer", "vendor", "brand") {
      return ("initcap(\(pick(NamedTexts.nouns, 1))) || ' ' || \(many(300)) || ' Ltd'", false)
    }
    return nil
  }

  private func code(_ words: ColumnWords) -> (text: String, isUnique: Bool)? {
    if words.has("currency") { return (pick(["USD", "EUR", "GBP", "JPY", "CHF"], 3), false) }
    if words.has("locale", "language", "lang") { return (pick(["en", "de", "fr", "es", "ja", "pt"], 2), false) }
    if words.has("url", "uri", "website", "link", "href", "homepage") {
      return ("'https://example.com/\(plain(table))/' || \(n)", true)
    }
    if words.has("slug", "permalink") {
      return ("\(pick(NamedTexts.adjectives, 1)) || '-' || \(pick(NamedTexts.nouns, 1)) || '-' || \(n)", true)
    }
    if words.has("path", "file", "filename", "key", "object") && !words.ends("type") {
      return ("'\(plain(table))/' || \(n) || '.dat'", true)
    }
    if words.has("hash", "digest", "checksum", "token", "secret", "fingerprint", "etag", "sha", "md5", "password") {
      return ("md5('\(plain(table)) ' || \(n))", true)
    }
    if words.has("mime") || words.has("content") && words.has("type") {
      return (pick(["application/json", "text/html", "image/png", "application/pdf"], 2), false)
    }
    if words.has("color", "colour") { return ("'#' || substr(md5(\(n)::text), 1, 6)", false) }
    if words.has("sku", "code", "reference", "ref", "barcode", "iban", "number", "no", "serial", "external") {
      return ("upper(substr(md5('\(plain(table))'), 1, 3)) || '-' || lpad((\(n))::text, 6, '0')", true)
    }
    if words.has("ip") {
      return ("'10.0.' || floor(256 * random())::integer || '.' || floor(256 * random())::integer", false)
    }
    if words.has("agent") {
      return (pick(["Mozilla/5.0 (X11; Linux)", "Mozilla/5.0 (Windows NT)", "curl/8.5"], 2), false)
    }
    return nil
  }

  private func prose(_ words: ColumnWords) -> (text: String, isUnique: Bool)? {
    if words.has("title", "subject", "headline", "label", "caption", "summary") {
      return (
        "initcap(\(pick(NamedTexts.adjectives, 1))) || ' ' || \(pick(NamedTexts.nouns, 1)) || ' ' || \(n)", true
      )
    }
    if words.has(
      "description", "body", "content", "comment", "comments", "note", "notes", "text", "message", "bio", "details",
      "html",
      "reason")
    {
      let sentence = (0..<2).map { $0 % 2 == 0 ? pick(NamedTexts.adjectives, 1) : pick(NamedTexts.nouns, 1) }
      let line = sentence.joined(separator: " || ' ' || ")
      return ("repeat(\(line) || ' ', 1 + floor(16 * power(random(), 2))::integer)", false)
    }
    return nil
  }

  /// One of few, with most rows in the first.
  private func kind(_ words: ColumnWords) -> String? {
    if words.has("status", "state", "phase") {
      return pick(["active", "pending", "done", "failed"], 3)
    }
    if words.has("role", "permission") { return pick(["member", "editor", "admin"], 3) }
    if words.has("type", "kind", "category", "level", "class", "tier", "plan", "group", "source", "channel", "method") {
      return pick(["standard", "basic", "premium", "internal", "other"], 2)
    }
    if words.has("tag", "tags", "topic", "keyword") { return pick(NamedTexts.nouns, 2) }
    if words.has("gender", "sex") { return pick(["female", "male", "other"], 1) }
    if words.has("action", "event", "operation") { return pick(["view", "update", "create", "delete", "login"], 2) }
    return nil
  }

  /// A number below `count`, small ones most often.
  private func many(_ count: Int) -> String { "floor(\(count) * power(random(), 2))::integer" }

  /// One of the texts; a power above 1 prefers the first ones.
  private func pick(_ texts: [String], _ power: Int) -> String {
    let random = power == 1 ? "random()" : "power(random(), \(power))"
    return
      "split_part(\(quotedLiteral(texts.joined(separator: ","))), ',', 1 + floor(\(texts.count) * \(random))::integer)"
  }

  /// A name as part of a literal that is written here.
  private func plain(_ name: String) -> String {
    String(name.unicodeScalars.filter { $0.isASCII && ($0.properties.isAlphabetic || $0 == "_") }.map(Character.init))
  }

  private static let firstNames = ["Ada", "Ben", "Chloe", "David", "Elena", "Farid", "Grace", "Hugo", "Ines", "Yusuf"]
  private static let lastNames = ["Smith", "Garcia", "Müller", "Rossi", "Chen", "Novak", "Tanaka", "Khan", "O'Brien"]
  private static let adjectives = ["red", "small", "quiet", "bright", "old", "plain", "heavy", "green"]
  private static let nouns = ["lamp", "table", "river", "engine", "garden", "bridge", "paper", "window", "market"]
  private static let cities = ["London", "Berlin", "Paris", "New York", "Tokyo", "Vienna", "Madrid", "Oslo", "Lagos"]
  private static let countries = ["US", "DE", "GB", "FR", "JP", "BR", "IN", "AT", "ES", "NO", "NG", "PE"]
}

/// A choice from a list of which the first entries come most often, as with real data.
enum SkewedChoice {
  /// - Parameter power: 1 for all alike; the higher, the more rows the first entry has.
  static func sql(_ texts: [String], power: Int, type: String? = nil) -> String {
    let list = texts.map(quotedLiteral).joined(separator: ", ")
    let random = power == 1 ? "random()" : "power(random(), \(power))"
    let chosen = "(ARRAY[\(list)])[1 + floor(\(texts.count) * \(random))::integer]"
    return type.map { "\(chosen)::\($0)" } ?? chosen
  }
}
