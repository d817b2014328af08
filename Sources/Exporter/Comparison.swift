import WheelModel

/// Looks at a target without changing it.
struct Comparison {
  let source: any ReplaySource
  let sink: any Sink
  let options: ExportOptions
  let shouldStop: () -> Bool

  func status() throws -> TargetStatus {
    defer { sink.close() }
    let version = try sink.openForReading()
    let marks = try version == nil ? [:] : sink.marks()
    let sequence = try source.sequence()
    let repositories = try source.repositories()
    let products = selected(repositories, marks)
    var status = TargetStatus(
      storeSequence: sequence, products: [], foreignRepositories: [:], openIssues: 0, schemaVersion: version)
    var entries: [Text: Int] = [:]
    var releases: [Text: Int] = [:]
    let start = products.map { marks[$0]?.watermark.sequence ?? 0 }.min() ?? sequence
    let chosen = Set(products)
    try source.scan(after: min(start, sequence), upTo: sequence) { number, key, present in
      let product = key.repository.product
      guard chosen.contains(product), number > marks[product]?.watermark.sequence ?? 0 else { return true }
      entries[product, default: 0] += 1
      if try present()?.sequence == number { releases[product, default: 0] += 1 }
      return !shouldStop()
    }
    for product in products {
      let mark = marks[product]?.watermark
      let isDiverged = try mark.map { try source.chain(at: $0.sequence) != $0.chain } ?? false
      status.products.append(
        TargetStatus.Product(
          product: product, sequence: mark?.sequence ?? 0, isDiverged: isDiverged,
          pendingEntries: entries[product] ?? 0, pendingReleases: releases[product] ?? 0))
    }
    if version != nil {
      status.foreignRepositories = try sink.foreignOwners(
        of: repositories.filter { chosen.contains($0.product) })
      status.openIssues = try sink.openIssues(of: products)
    }
    return status
  }

  func verify(readsData: Bool, subset: (n: Int, of: Int)?) throws -> TargetVerification {
    defer { sink.close() }
    if let subset, subset.of < 1 || subset.n < 1 || subset.n > subset.of {
      throw ExportError(.usage, .option, operation: "read --subset", cause: "a share is written n/t with 1 ≤ n ≤ t")
    }
    var report = TargetVerification()
    let version = try sink.openForReading()
    let marks = try version == nil ? [:] : sink.marks()
    var number = 0
    let repositories = try source.repositories()
    let products = selected(repositories, marks)
    if version != nil { try checkOwners(of: repositories.filter { products.contains($0.product) }) }
    for product in products {
      let reached = marks[product]?.watermark
      if let reached, try source.chain(at: reached.sequence) != reached.chain {
        throw Ownership.diverged(
          product, at: reached.sequence, storeID: source.storeID, storeSequence: try source.sequence())
      }
      try source.forEachRelease(of: product) { present in
        try checkStop()
        if present.sequence > reached?.sequence ?? 0 {
          report.pendingReleases += 1
          return true
        }
        number += 1
        if let subset, number % subset.of != subset.n - 1 { return true }
        if present.isWithdrawn && options.deleteWithdrawn { return true }
        try compare(present, readsData: readsData, into: &report)
        return true
      }
      guard version != nil else { continue }
      try sink.forEachRelease(of: product) { key in
        try checkStop()
        let present = try source.present(key)
        if let present {
          // One that was withdrawn since the last export goes with the next.
          let isSettled = present.sequence <= reached?.sequence ?? 0
          guard options.deleteWithdrawn, present.isWithdrawn, isSettled else { return }
        }
        report.add(Table.releases.name, SafeText.escape(key.tag), "unexpected row")
      }
      try sink.forEachStray(of: product) { table, key in
        report.add(table.name, SafeText.escape(key), "unexpected row")
      }
    }
    // A target that is behind is all right; one that never heard of this store is not.
    if marks.isEmpty, report.pendingReleases > 0 {
      report.add(Table.watermarks.name, source.storeID, "nothing was exported here")
    }
    return report
  }

  private func checkOwners(of repositories: [RepositoryKey]) throws {
    let foreign = try sink.foreignOwners(of: repositories)
    guard let (repository, owner) = foreign.min(by: { $0.key < $1.key }) else { return }
    throw Ownership.refusal(repository, owner: owner, storeID: source.storeID, toDo: "compare")
  }

  private func compare(_ present: PresentRelease, readsData: Bool, into report: inout TargetVerification) throws {
    let plan = PlannedRelease(
      key: present.key, sequence: present.sequence, artifactKeys: present.artifactKeys, rawBytes: present.rawBytes)
    let before = report
    do {
      try sink.compare(try source.state(of: plan), readsData: readsData, into: &report)
    } catch is Superseded {
      // Collected anew while it was compared: the next export brings it.
      report = before
      report.pendingReleases += 1
    }
  }

  private func selected(_ repositories: [RepositoryKey], _ marks: [Text: TargetMark]) -> [Text] {
    guard options.products.isEmpty else { return Set(options.products).sorted() }
    return Set(repositories.map(\.product)).union(marks.keys).sorted()
  }

  private func checkStop() throws(ExportError) {
    guard shouldStop() else { return }
    throw ExportError(.targetFailed, .interrupted, operation: "compare the target", cause: "stopped on request")
  }
}
