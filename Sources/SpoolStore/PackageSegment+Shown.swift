extension PackageSegment {
  /// The changes as they show at the positions in use, which are in ascending order: each at the first of them that it
  /// reaches, and none that changes nothing there.
  static func shown(_ changes: [Change], at positions: [UInt32]) -> [Change] {
    var shown: [Change] = []
    for (index, change) in changes.enumerated() {
      var (low, high) = (0, positions.count)
      while low < high {
        let middle = (low + high) / 2
        if positions[middle] < change.position { low = middle + 1 } else { high = middle }
      }
      guard low < positions.count, index + 1 == changes.count || positions[low] < changes[index + 1].position,
        change.versions != shown.last?.versions ?? []
      else { continue }
      shown.append(Change(position: positions[low], versions: change.versions))
    }
    return shown
  }
}
