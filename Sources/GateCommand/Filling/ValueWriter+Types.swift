import PlanCore

extension ValueWriter {
  /// An expression for a value of a type; nil if there is none for it.
  ///
  /// - Parameter column: the column that it is for, whose name and limits count.
  func value(_ type: FillType, _ column: FillColumn, isUnique: Bool) -> String? {
    switch type {
    case .base(let name, _): base(name, type, column, isUnique)
    case .enumeration(let sql, let labels):
      labels.isEmpty ? nil : "(enum_range(NULL::\(sql)))[1 + floor(\(labels.count) * random())::integer]"
    case .array(let element, let sql): array(element, sql, column, isUnique: isUnique)
    case .range(let element, let sql): range(element, sql)
    case .composite(let fields, let sql):
      {
        let values = fields.map { value($0, column, isUnique: isUnique) ?? "NULL" }
        return "ROW(\(values.joined(separator: ", ")))::\(sql)"
      }()
    case .other: nil
    }
  }

  private func base(_ name: String, _ type: FillType, _ column: FillColumn, _ isUnique: Bool) -> String? {
    let sql = type.sql
    switch name {
    case "text", "varchar", "bpchar", "citext", "name": return text(column, type, isUnique)
    case "int2", "int4", "int8", "numeric", "float4", "float8", "money": return number(column, type, isUnique)
    case "bool": return isUnique ? "\(n) % 2 = 0" : boolean(column)
    case "date", "timestamp", "timestamptz": return moment(column, name, isUnique)
    case "time": return "time '00:00' + floor(86400 * random()) * interval '1 second'"
    case "timetz": return "timetz '00:00+00' + floor(86400 * random()) * interval '1 second'"
    case "interval":
      return isUnique ? "\(n) * interval '1 second'" : "ceil(86400 * power(random(), 3)) * interval '1 second'"
    case "uuid": return uuid(column, isUnique)
    case "json", "jsonb":
      return "\(name)_build_object('number', \(n), 'kind', \(SkewedChoice.sql(["a", "b", "c"], power: 3)))"
    case "xml": return "('<row number=\"' || \(n) || '\"/>')::xml"
    case "bytea": return "decode(md5(\(n)::text), 'hex')"
    case "\"char\"", "char": return "'a'::\"char\""
    case "inet": return isUnique ? "inet '10.0.0.0' + \(n)" : "inet '10.0.0.0' + floor(65536 * random())::bigint"
    case "cidr":
      return "set_masklen(inet '10.0.0.0' + 256 * \(isUnique ? n : "floor(65536 * random())::bigint"), 24)::cidr"
    case "macaddr": return "('02' || substr(md5(\(n)::text), 1, 10))::macaddr"
    case "macaddr8": return "('02' || substr(md5(\(n)::text), 1, 14))::macaddr8"
    case "bit":
      let length = type.modifier.first ?? 1
      return "floor(\(length < 31 ? String(1 << length) : "2147483647") * random())::integer::bit(\(length))"
    case "varbit": return "floor(256 * random())::integer::bit(\(min(8, type.modifier.first ?? 8)))::\(sql)"
    case "tsvector": return "to_tsvector('simple', \(NamedTexts(n: n, table: table.name.name).sql("body").text))"
    case "tsquery": return "to_tsquery('simple', \(NamedTexts(n: n, table: table.name.name).sql("tag").text))"
    case "point", "lseg", "line", "box", "path", "polygon", "circle": return geometric(name)
    default: return ofExtension(name, type)
    }
  }

  private func geometric(_ name: String) -> String {
    let point = "point(360 * random() - 180, 180 * random() - 90)"
    let circle = "circle(\(point), 1 + 5 * random())"
    switch name {
    case "point": return point
    case "circle": return circle
    case "polygon": return "polygon(6, \(circle))"
    case "path": return "path(polygon(6, \(circle)))"
    case "box": return "box(\(circle))"
    case "line": return "line(\(point), \(point))"
    default: return "lseg(\(point), \(point))"
    }
  }

  /// Types of extensions whose text form is known.
  private func ofExtension(_ name: String, _ type: FillType) -> String? {
    switch name {
    case "hstore": return "('kind=>' || floor(10 * power(random(), 2))::integer)::\(type.sql)"
    case "ltree": return "('top.g' || floor(20 * power(random(), 2))::integer || '.n' || \(n))::\(type.sql)"
    case "vector", "halfvec":
      let count = type.modifier.first ?? 3
      let numbers =
        "(SELECT string_agg(round(random()::numeric, 4)::text, ',') FROM generate_series(1, \(count) + 0 * \(n)))"
      return "('[' || \(numbers) || ']')::\(type.sql)"
    case "geometry", "geography":
      guard !type.sql.contains("(") || type.sql.contains("(Point") else { return nil }
      let system = type.modifier.last ?? 4326
      return "('SRID=\(system);POINT(' || 360 * random() - 180 || ' ' || 170 * random() - 85 || ')')::\(type.sql)"
    default: return nil
    }
  }

  private func array(_ element: FillType, _ sql: String, _ column: FillColumn, isUnique: Bool) -> String? {
    guard let value = value(element, column, isUnique: isUnique) else { return nil }
    if isUnique { return "ARRAY[\(value)]::\(sql)" }
    return "CASE WHEN random() < 0.7 THEN ARRAY[\(value)] ELSE ARRAY[\(value), \(value)] END::\(sql)"
  }

  /// Ranges that do not overlap one another.
  private func range(_ element: FillType, _ sql: String) -> String? {
    let (low, width): (String, String)
    switch element.baseName {
    case "int4", "int8": (low, width) = ("10 * \(n)", "1 + floor(9 * random())::integer")
    case "numeric": (low, width) = ("(10 * \(n))::numeric", "(1 + floor(9 * random()))::numeric")
    case "date": (low, width) = ("date '2024-01-01' + 3 * \(n)::integer", "1 + floor(2 * random())::integer")
    case "timestamp":
      (low, width) = ("timestamp '2024-01-01' + \(n) * interval '2 hours'", "(0.5 + random()) * interval '1 hour'")
    case "timestamptz":
      (low, width) = (
        "timestamptz '2024-01-01 00:00+00' + \(n) * interval '2 hours'", "(0.5 + random()) * interval '1 hour'"
      )
    case "float8": (low, width) = ("(10 * \(n))::float8", "1 + 8 * random()")
    default: return nil
    }
    return "\(sql)(\(low), \(low) + \(width))"
  }

  private func uuid(_ column: FillColumn, _ isUnique: Bool) -> String {
    let words = ColumnWords(column.name)
    if !isUnique, words.isReference, column.defaultValue == nil {
      let kind = quotedLiteral(words.words.dropLast().joined(separator: " ") + " ")
      return "md5(\(kind) || floor(\(max(1, rows / 4)) * power(random(), 3)))::uuid"
    }
    return "md5(\(quotedLiteral("\(table.name.name) \(column.name) ")) || \(n))::uuid"
  }

  private func boolean(_ column: FillColumn) -> String {
    let words = ColumnWords(column.name)
    if words.has("active", "enabled", "verified", "published", "visible", "valid", "public") { return "random() < 0.9" }
    if words.has("deleted", "archived", "blocked", "banned", "locked", "admin", "test", "primary", "default") {
      return "random() < 0.05"
    }
    return "random() < 0.3"
  }

  // MARK: Numbers

  private func number(_ column: FillColumn, _ type: FillType, _ isUnique: Bool) -> String {
    let limits = limits(of: column)
    let name = type.baseName ?? ""
    let isInteger = name.hasPrefix("int")
    var scale: Int?
    var largest = largestInteger(type)
    if name == "numeric", let precision = type.modifier.first {
      scale = type.modifier.count > 1 ? type.modifier[1] : 0
      let digits = precision - (scale ?? 0)
      largest = (0..<max(0, digits)).reduce(1.0) { size, _ in size * 10 }
      largest -= digits > 0 && scale == 0 ? 1 : 0.01
      if digits <= 0 { largest = 0.9 }
    } else if name == "numeric" || name == "money" {
      scale = 2
    }
    let unit = isInteger ? 1 : (0..<(scale ?? 3)).reduce(1.0) { size, _ in size / 10 }
    if isUnique {
      let low = NamedNumbers(1, 1).within(limits, largest: largest, unit: unit).low
      return low == 1 ? n : "\(NamedNumbers.text(low - 1)) + \(n)"
    }
    let numbers = NamedNumbers(column.name, rows: rows).within(limits, largest: largest, unit: unit)
    if isInteger { return numbers.integer(name == "int8" ? "bigint" : "integer") }
    let value = numbers.decimal(name.hasPrefix("float") ? nil : scale)
    return name == "money" ? "\(value)::money" : value
  }

  // MARK: Times

  private func moment(_ column: FillColumn, _ type: String, _ isUnique: Bool) -> String {
    let words = ColumnWords(column.name)
    if words.has("birth", "birthday", "dob", "born"), !isUnique {
      let day = "date '1940-01-01' + floor(24000 * random())::integer"
      return type == "date" ? day : "(\(day))::\(type)"
    }
    // Two years, in the order of the rows.
    let isLater = words.has("end", "ends", "ended", "until", "expires", "expiry", "expiration", "due", "to", "finish")
    let isChange = words.has(
      "updated", "modified", "changed", "last", "completed", "finished", "closed", "paid", "shipped", "delivered",
      "published", "deleted", "cancelled", "canceled", "confirmed", "processed", "resolved", "seen")
    if type == "date" {
      let day = "date '2024-01-01' + (\(n) * 730.0 / \(rows))::integer"
      if isLater { return "\(day) + 1 + floor(60 * random())::integer" }
      return isChange && !isUnique ? "\(day) + floor(30 * power(random(), 2))::integer" : day
    }
    let start = type == "timestamp" ? "timestamp '2024-01-01'" : "timestamptz '2024-01-01 00:00+00'"
    let seconds = 63_072_000.0 / Double(rows)
    let step = seconds >= 10 ? NamedNumbers.text(seconds.rounded(.down)) : String(Double(Int(seconds * 1000)) / 1000)
    let moment = "\(start) + \(n) * interval '\(step) seconds'"
    if isLater { return "\(moment) + (1 + 60 * random()) * interval '1 day'" }
    if isChange { return "\(moment) + (1 + 240 * power(random(), 2)) * interval '1 hour'" }
    return isUnique || seconds < 3600 ? moment : "\(moment) + random() * interval '1 hour'"
  }
}
