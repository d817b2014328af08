import WheelModel

// Repairing a target: compare it with the source, and write again what differs.
extension Replay {
  /// Reads the target's watermarks. A repair replaces those that cannot be read by new ones, at the very beginning.
  func marksOrNewOnes() throws -> [Text: TargetMark] {
    do { return try sink.marks() } catch let error as ExportError where error.code == .schema && options.repair {
      guard !isRepaired, let beginning = try source.chain(at: 0) else { throw error }
      isRepaired = true
      let known = Set(try source.repositories().map(\.product))
      try sink.takeOver([], products: known.sorted(), start: Watermark(sequence: 0, chain: beginning))
      return try sink.marks()
    }
  }

  /// Brings everything up to the watermarks in line with the source; what comes after them is replayed as ever.
  ///
  /// A product whose history diverges is compared whole, and then counts as replayed up to `goal`.
  func mend(goal: UInt64) throws {
    for product in products {
      guard let mark = marks[product]?.watermark else { continue }
      let isDiverged = try source.chain(at: mark.sequence) != mark.chain
      let wrong = try differing(in: product, upTo: isDiverged ? goal : mark.sequence) + strangers(in: product, goal)
      try rewrite(wrong, of: product, at: mark, goal: goal)
      try sweep(product)
      if isDiverged { try apply(BatchPlan(moves: [try move(product, to: goal)], position: goal), goal: goal) }
    }
    isRepaired = true
  }

  /// Removes releases that were withdrawn while the target still marked them; those of later changes are replayed.
  ///
  /// Once a run: from then on each goes with the change that withdraws it.
  func removeWithdrawn(goal: UInt64) throws {
    guard options.deleteWithdrawn, !hasRemovedWithdrawn else { return }
    for product in products {
      guard let mark = marks[product]?.watermark else { continue }
      let withdrawn = try lateWithdrawn(in: product, upTo: mark.sequence)
      try rewrite(withdrawn, of: product, at: mark, goal: goal)
      try clearIssues(of: product)
    }
    hasRemovedWithdrawn = true
  }

  /// The withdrawn releases that the target has a row of, as deletions.
  func lateWithdrawn(in product: Text, upTo end: UInt64) throws -> [PlannedRelease] {
    var withdrawn: [ReleaseKey: UInt64] = [:]
    try source.forEachRelease(of: product) { present in
      try checkStop()
      if present.isWithdrawn, present.sequence <= end { withdrawn[present.key] = present.sequence }
      return true
    }
    guard !withdrawn.isEmpty else { return [] }
    var found: [PlannedRelease] = []
    try sink.forEachRelease(of: product) { key in
      guard let sequence = withdrawn[key] else { return }
      found.append(PlannedRelease(key: key, sequence: sequence, artifactKeys: [], rawBytes: 0, isDeletion: true))
    }
    return found
  }

  /// Writes releases again, or removes them, batch by batch and from nowhere but `mark`, where the target stays.
  private func rewrite(_ releases: [PlannedRelease], of product: Text, at mark: Watermark, goal: UInt64) throws {
    var plan = BatchPlan(moves: [WatermarkMove(product: product, from: mark, to: mark)], position: goal)
    plan.isMending = true
    var bytes: UInt64 = 0
    for release in releases {
      if plan.releases.count >= options.batchReleases || bytes + release.rawBytes > options.batchBytes,
        !plan.releases.isEmpty
      {
        try apply(plan, goal: goal)
        (plan.releases, bytes) = ([], 0)
      }
      plan.releases.append(release)
      bytes += release.rawBytes
    }
    if !plan.releases.isEmpty { try apply(plan, goal: goal) }
  }

  /// The releases that the target holds otherwise than the source.
  private func differing(in product: Text, upTo end: UInt64) throws -> [PlannedRelease] {
    var found: [PlannedRelease] = []
    try source.forEachRelease(of: product) { present in
      try checkStop()
      guard present.sequence <= end, !(present.isWithdrawn && options.deleteWithdrawn) else { return true }
      let plan = PlannedRelease(
        key: present.key, sequence: present.sequence, artifactKeys: present.artifactKeys, rawBytes: present.rawBytes)
      var report = TargetVerification()
      do {
        try sink.compare(try source.state(of: plan), readsData: true, into: &report)
        if !report.isEqual { found.append(plan) }
      } catch is Superseded {
        // Collected anew meanwhile: the replay brings it.
      }
      return true
    }
    return found
  }

  /// The releases that the target has and the source does not.
  private func strangers(in product: Text, _ goal: UInt64) throws -> [PlannedRelease] {
    var found: [PlannedRelease] = []
    try sink.forEachRelease(of: product) { key in
      try checkStop()
      if try isKept(key) { return }
      found.append(PlannedRelease(key: key, sequence: goal, artifactKeys: [], rawBytes: 0, isDeletion: true))
    }
    return found
  }

  private func checkStop() throws(ExportError) {
    guard shouldStop() else { return }
    throw ExportError(.targetFailed, .interrupted, operation: "compare the target", cause: "stopped on request")
  }
}
