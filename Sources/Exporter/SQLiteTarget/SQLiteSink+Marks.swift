import Digest
import SQLite
import WheelModel

extension SQLiteSink {
  func marks() throws -> [Text: TargetMark] {
    var marks: [Text: TargetMark] = [:]
    var isDamaged = false
    try forEachRow(
      "SELECT product_key, sequence, chain, sweep FROM watermarks WHERE store_id = ?", [.text(storeID)],
      operation: "read the watermarks"
    ) { row in
      if let sequence = UInt64(exactly: row.integer(1)), let chain = SHA256Digest(hex: row.string(2) ?? "") {
        marks[Text(row.string(0) ?? "")] = TargetMark(
          watermark: Watermark(sequence: sequence, chain: chain), needsSweep: row.integer(3) != 0)
      } else {
        isDamaged = true
      }
    }
    guard !isDamaged else {
      throw ExportError(
        .targetFailed, .schema, operation: "read the watermarks", cause: "a row of them is damaged",
        hint: "wheelspool verify --target TARGET --repair")
    }
    return marks
  }

  func foreignOwners(of repositories: [RepositoryKey]) throws -> [RepositoryKey: String] {
    var owners: [RepositoryKey: String] = [:]
    for repository in repositories {
      try forEachRow(
        "SELECT DISTINCT store_id FROM releases WHERE product_key = ? AND repository_key = ? AND store_id <> ?",
        [.text(repository.product.string), .text(repository.repository.string), .text(storeID)],
        operation: "read the owners"
      ) { row in owners[repository] = row.string(0) ?? "" }
    }
    return owners
  }

  func takeOver(_ repositories: [RepositoryKey], products: [Text], start: Watermark) throws {
    try transaction("take rows over") {
      for repository in repositories {
        let scope: [Value] = [
          .text(storeID), .text(repository.product.string), .text(repository.repository.string),
        ]
        for table in [Table.releases, .artifacts] {
          try run(
            """
            UPDATE \(table.name) SET store_id = ?1
            WHERE product_key = ?2 AND repository_key = ?3 AND store_id <> ?1
            """, scope)
        }
        try run("DELETE FROM export_issues WHERE store_id <> ?1 AND product_key = ?2 AND repository_key = ?3", scope)
      }
      for product in products {
        try run(
          "INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?, 1, ?)",
          [
            .text(product.string), .text(storeID), .integer(Int64(clamping: start.sequence)), .text(start.chain.hex),
            .text(Clock.now.rfc3339),
          ])
      }
    }
  }

  func sweep(_ product: Text, isKept: (ReleaseKey) throws -> Bool) throws -> Swept {
    var doomed: [ReleaseKey] = []
    try forEachRelease(of: product) { key in if try !isKept(key) { doomed.append(key) } }
    let scope: [Value] = [.text(product.string), .text(storeID)]
    var swept = Swept(releases: doomed.count)
    try transaction("remove what the store does not have") {
      swept.strayRows = try removeStrays(scope)
      for key in doomed {
        for table in [Table.artifacts, .releases, .issues] {
          try run(
            """
            DELETE FROM \(table.name) WHERE product_key = ? AND store_id = ? AND repository_key = ? AND tag = ?
            """, scope + [.text(key.repository.repository.string), .text(key.tag.string)])
        }
      }
      // What hung on the releases that went is no find.
      if !doomed.isEmpty { _ = try removeStrays(scope) }
      try run("UPDATE watermarks SET sweep = 0 WHERE product_key = ? AND store_id = ? AND sweep", scope)
    }
    return swept
  }

  private func removeStrays(_ scope: [Value]) throws -> Int {
    try Strays.tables.reduce(0) { count, table in
      let sql = "DELETE FROM " + Strays.rows(of: table, named: \.name) { "?\($0)" }
      return try count + run(sql, table.name == Table.artifacts.name ? scope : [scope[0]])
    }
  }

  func forEachStray(of product: Text, _ body: (Table, Text) throws -> Void) throws {
    let scope: [Value] = [.text(product.string), .text(storeID)]
    for table in Strays.tables {
      var keys: [Text] = []
      let rows = Strays.rows(of: table, named: \.name) { "?\($0)" }
      try forEachRow(
        "SELECT DISTINCT \(Strays.key(of: table)) FROM \(rows) ORDER BY 1",
        table.name == Table.artifacts.name ? scope : [scope[0]], operation: "look for rows that hang on nothing"
      ) { keys.append(Text($0.string(0) ?? "")) }
      for key in keys { try body(table, key) }
    }
  }

  func clearIssues(of product: Text, isKept: (ReleaseKey) -> Bool) throws {
    var gone: [ReleaseKey] = []
    let scope: [Value] = [.text(product.string), .text(storeID)]
    try forEachRow(
      "SELECT DISTINCT repository_key, tag FROM export_issues WHERE product_key = ? AND store_id = ?", scope,
      operation: "list the values set aside"
    ) { row in
      let repository = RepositoryKey(product: product, repository: Text(row.string(0) ?? ""))
      let key = ReleaseKey(repository, tag: Text(row.string(1) ?? ""))
      if !isKept(key) { gone.append(key) }
    }
    guard !gone.isEmpty else { return }
    try transaction("forget values set aside") {
      for key in gone {
        try run(
          "DELETE FROM export_issues WHERE product_key = ? AND store_id = ? AND repository_key = ? AND tag = ?",
          scope + [.text(key.repository.repository.string), .text(key.tag.string)])
      }
    }
  }

  func openIssues(of products: [Text]) throws -> Int {
    var count = 0
    for product in products {
      try forEachRow(
        "SELECT count(*) FROM export_issues WHERE store_id = ? AND product_key = ?",
        [.text(storeID), .text(product.string)], operation: "count the values set aside"
      ) { row in count += Int(clamping: row.integer(0)) }
    }
    return count
  }

  func forEachRelease(of product: Text, _ body: (ReleaseKey) throws -> Void) throws {
    var keys: [ReleaseKey] = []
    try forEachRow(
      "SELECT repository_key, tag FROM releases WHERE product_key = ? AND store_id = ? ORDER BY 1, 2",
      [.text(product.string), .text(storeID)], operation: "list the releases"
    ) { row in
      let repository = RepositoryKey(product: product, repository: Text(row.string(0) ?? ""))
      keys.append(ReleaseKey(repository, tag: Text(row.string(1) ?? "")))
    }
    for key in keys { try body(key) }
  }

  /// Runs a query to its end, in this exporter's errors.
  func forEachRow(
    _ sql: String, _ values: [Value], operation: String, _ body: (borrowing Row) -> Void
  ) throws {
    do {
      try statement(sql, operation).forEachRow(values) { row in
        body(row)
        return true
      }
    } catch { throw Self.translate(error) }
  }

  private func transaction(_ operation: String, _ body: () throws -> Void) throws {
    try beginTransaction()
    do {
      try body()
      try with { try $0.run("COMMIT", operation: operation) }
    } catch {
      abandon()
      throw Self.translate(error)
    }
  }
}
