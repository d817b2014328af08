import Digest
import Postgres
import WheelModel

extension PostgresSink {
  func marks() throws -> [Text: TargetMark] {
    try with { session in
      let answer = try session.query(
        "SELECT product_key, sequence, chain, sweep FROM \(schema.name(.watermarks)) WHERE store_id = $1",
        [.text(storeID)], operation: "read the watermarks")
      var marks: [Text: TargetMark] = [:]
      for row in 0..<answer.rowCount {
        guard let product = answer.string(row, 0), let number = answer.integer(row, 1),
          let text = answer.string(row, 2),
          let sequence = UInt64(exactly: number), let chain = SHA256Digest(hex: text)
        else {
          throw ExportError(
            .targetFailed, .schema, operation: "read the watermarks", cause: "a row of them is damaged",
            hint: "wheelspool verify --target TARGET --repair")
        }
        marks[Text(product)] = TargetMark(
          watermark: Watermark(sequence: sequence, chain: chain), needsSweep: answer.boolean(row, 3) ?? false)
      }
      return marks
    }
  }

  func foreignOwners(of repositories: [RepositoryKey]) throws -> [RepositoryKey: String] {
    try with { session in
      let answers = try session.pipeline(
        repositories.map { repository in
          Statement(
            """
            SELECT store_id FROM \(schema.name(.releases))
            WHERE product_key = $1 AND repository_key = $2 AND store_id <> $3 LIMIT 1
            """, [.text(repository.product.string), .text(repository.repository.string), .text(storeID)])
        }, operation: "read the owners")
      var owners: [RepositoryKey: String] = [:]
      for (repository, answer) in zip(repositories, answers) where answer.rowCount > 0 {
        owners[repository] = answer.string(0, 0) ?? ""
      }
      return owners
    }
  }

  func takeOver(_ repositories: [RepositoryKey], products: [Text], start: Watermark) throws {
    var steps = PostgresSteps()
    steps.add(Self.begin)
    for repository in repositories.sorted() {
      let (product, name) = (repository.product.string, repository.repository.string)
      let scope: [Parameter] = [.text(product), .text(name), .text(storeID)]
      steps.add("SELECT pg_advisory_xact_lock($1)", [.integer(lockNumber("repository", product, name))])
      for table in [Table.releases, .artifacts] {
        steps.add(
          """
          UPDATE \(schema.name(table)) SET store_id = $3
          WHERE product_key = $1 AND repository_key = $2 AND store_id <> $3
          """, scope)
      }
      steps.add(
        """
        DELETE FROM \(schema.name(.issues)) WHERE product_key = $1 AND repository_key = $2 AND store_id <> $3
        """, scope)
    }
    for product in products.sorted() {
      steps.add(
        """
        INSERT INTO \(schema.name(.watermarks)) (product_key, store_id, sequence, chain, sweep, updated_at)
        VALUES ($1, $2, $3, $4, true, now())
        ON CONFLICT (product_key, store_id) DO UPDATE
        SET sequence = EXCLUDED.sequence, chain = EXCLUDED.chain, sweep = true, updated_at = now()
        """,
        [
          .text(product.string), .text(storeID), .integer(Int64(clamping: start.sequence)), .text(start.chain.hex),
        ])
    }
    try transaction("take rows over") { try steps.run(on: $0, operation: "take rows over") }
  }

  func sweep(_ product: Text, isKept: (ReleaseKey) throws -> Bool) throws -> Swept {
    var doomed: [ReleaseKey] = []
    try forEachRelease(of: product) { key in if try !isKept(key) { doomed.append(key) } }
    var steps = PostgresSteps()
    let scope: [Parameter] = [.text(product.string), .text(storeID)]
    steps.add(Self.begin)
    addDropLocks(of: [product], to: &steps)
    var swept = Swept(releases: doomed.count)
    removeStrays(scope, &steps) { swept.strayRows += $0 }
    for key in doomed {
      let repository = Parameter.text(key.repository.repository.string)
      let tag = Parameter.text(key.tag.string)
      for table in [Table.artifacts, .releases, .issues] {
        steps.add(
          """
          DELETE FROM \(schema.name(table))
          WHERE product_key = $1 AND store_id = $2 AND repository_key = $3 AND tag = $4
          """, scope + [repository, tag])
      }
    }
    // What hung on the releases that went is no find.
    if !doomed.isEmpty { removeStrays(scope, &steps) { _ in } }
    steps.add(
      "UPDATE \(schema.name(.watermarks)) SET sweep = false WHERE product_key = $1 AND store_id = $2 AND sweep", scope)
    try transaction("remove what the store does not have") {
      try steps.run(on: $0, operation: "remove what the store does not have")
    }
    return swept
  }

  private func removeStrays(_ scope: [Parameter], _ steps: inout PostgresSteps, count: @escaping (Int) -> Void) {
    for table in Strays.tables {
      steps.add(
        "DELETE FROM " + Strays.rows(of: table, named: schema.name) { "$\($0)" },
        table.name == Table.artifacts.name ? scope : [scope[0]]
      ) { count(Int(clamping: $0.affectedRows)) }
    }
  }

  func forEachStray(of product: Text, _ body: (Table, Text) throws -> Void) throws {
    let scope: [Parameter] = [.text(product.string), .text(storeID)]
    for table in Strays.tables {
      let rows = Strays.rows(of: table, named: schema.name) { "$\($0)" }
      let answer = try with { session in
        try session.query(
          "SELECT DISTINCT \(Strays.key(of: table)) FROM \(rows) ORDER BY 1",
          table.name == Table.artifacts.name ? scope : [scope[0]], operation: "look for rows that hang on nothing")
      }
      for row in 0..<answer.rowCount { try body(table, Text(answer.string(row, 0) ?? "")) }
    }
  }

  func clearIssues(of product: Text, isKept: (ReleaseKey) -> Bool) throws {
    let scope: [Parameter] = [.text(product.string), .text(storeID)]
    try with { session in
      let answer = try session.query(
        "SELECT DISTINCT repository_key, tag FROM \(schema.name(.issues)) WHERE product_key = $1 AND store_id = $2",
        scope, operation: "list the values set aside")
      for row in 0..<answer.rowCount {
        let (repository, tag) = (answer.string(row, 0) ?? "", answer.string(row, 1) ?? "")
        let key = ReleaseKey(RepositoryKey(product: product, repository: Text(repository)), tag: Text(tag))
        if isKept(key) { continue }
        try session.query(
          """
          DELETE FROM \(schema.name(.issues))
          WHERE product_key = $1 AND store_id = $2 AND repository_key = $3 AND tag = $4
          """, scope + [.text(repository), .text(tag)], operation: "forget values set aside")
      }
    }
  }

  func openIssues(of products: [Text]) throws -> Int {
    try with { session in
      let answer = try session.query(
        "SELECT count(*) FROM \(schema.name(.issues)) WHERE store_id = $1 AND product_key = ANY ($2)",
        [.text(storeID), .textArray(products.map(\.string))], operation: "count the values set aside")
      return Int(clamping: answer.integer(0, 0) ?? 0)
    }
  }

  func forEachRelease(of product: Text, _ body: (ReleaseKey) throws -> Void) throws {
    var last = ("", "")
    // Page by page: a server may hold more releases than memory should.
    while true {
      let answer = try with { session in
        try session.query(
          """
          SELECT repository_key, tag FROM \(schema.name(.releases))
          WHERE product_key = $1 AND store_id = $2 AND (repository_key, tag) > ($3, $4)
          ORDER BY repository_key, tag LIMIT 4096
          """, [.text(product.string), .text(storeID), .text(last.0), .text(last.1)], operation: "list the releases")
      }
      for row in 0..<answer.rowCount {
        last = (answer.string(row, 0) ?? "", answer.string(row, 1) ?? "")
        try body(ReleaseKey(RepositoryKey(product: product, repository: Text(last.0)), tag: Text(last.1)))
      }
      if answer.rowCount < 4096 { return }
    }
  }

  /// Runs statements that begin with BEGIN, and commits.
  private func transaction(_ operation: String, _ body: (Connection) throws -> Void) throws {
    do {
      try with { session in
        try body(session)
        try session.commit(operation: operation)
      }
    } catch {
      abandon()
      throw error
    }
  }
}
