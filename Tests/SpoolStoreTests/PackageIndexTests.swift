import Testing
import WheelModel

@testable import SpoolStore

@Suite struct PackageIndexTests {
  @Test(arguments: [false, true]) func historyIsWhatTheArtifactsSayWhateverHappens(_ compacts: Bool) throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      var dice = Dice(11)
      var stacks = ["x86_64": Stack(30, seed: 1), "s390x": Stack(25, seed: 2)]
      var live: [String: [String: Stack]] = [:]
      for step in 0..<60 {
        let tag = "1.\(dice.roll(25))+a"
        var artifacts: [ArtifactPut] = []
        var now: [String: Stack] = [:]
        for arch in ["s390x", "x86_64"] where dice.roll(5) > 0 {
          guard var stack = stacks[arch] else { continue }
          stack.drift(percent: 6)
          if dice.roll(4) == 0 { stack.packages.removeLast() }
          if dice.roll(4) == 0 { stack.packages.append(("new-\(step)", "0.1")) }
          stacks[arch] = stack
          now[arch] = stack
          artifacts.append(newArtifact(tag, stack, arch: arch, at: Int64(step)))
        }
        _ = try store.writer.commit(releasePut(tag, artifacts, at: Int64(step)))
        live[tag] = now
        guard compacts, step % 13 == 12 || step == 59 else { continue }
        _ = try store.compact()
        #expect(try store.verify(fullVerify()).findings == [])
      }
      var names: Set<String> = []
      for stack in live.values.flatMap(\.values) { names.formUnion(stack.packages.map(\.name)) }
      try store.read { (snapshot: borrowing Snapshot) throws in
        for name in names.sorted() {
          var expected: Set<String> = []
          for (tag, archs) in live {
            for (arch, stack) in archs {
              for package in stack.packages where package.name == name {
                expected.insert("\(tag)-\(arch) \(package.version)")
              }
            }
          }
          let found = try snapshot.packageHistory(Text(name)).map { "\($0.artifact.key) \($0.versions[0])" }
          #expect(Set(found) == expected && found.count == expected.count)
        }
        try expectNamesAndTotals(in: snapshot, live: live)
        #expect(try snapshot.packageHistory("no-such-package") == [])
        var seen: Set<String> = []
        try snapshot.forEachPackageName { name in
          #expect(seen.insert(name.string).inserted)
          return true
        }
        #expect(seen.isSuperset(of: names))
        // After a compact only the newest rows of each lineage may tell of packages that no artifact has any more.
        if compacts { #expect(seen.subtracting(names).count < 10) }
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  /// What the index tells of all artifacts at once is what each one's own list tells.
  private func expectNamesAndTotals(in snapshot: borrowing Snapshot, live: [String: [String: Stack]]) throws {
    let names = try #require(try snapshot.packageNames())
    var sets: [Int: [Text]] = [:]
    var artifacts = 0
    try snapshot.forEachArtifact { view in
      var found: [Text] = []
      names.forEach(of: view) { found.append($0) }
      let listed = try snapshot.packageList(view).names
      #expect(found == listed)
      let before = sets.updateValue(found, forKey: try names.set(of: view))
      #expect(before == nil || before == found)
      artifacts += 1
      return true
    }
    #expect(artifacts > 20)
    var scope = PackageScope()
    scope.arch = "s390x"
    for scope in [PackageScope(), scope] {
      var expected: [String: (count: UInt64, versions: Set<Text>)] = [:]
      for (arch, stack) in live.values.flatMap({ $0 }) where scope.arch.map({ $0.string == arch }) ?? true {
        for package in stack.packages {
          expected[package.name, default: (0, [])].count += 1
          expected[package.name, default: (0, [])].versions.insert(Text(package.version))
        }
      }
      var last: Text = ""
      try snapshot.forEachPackageTotal(in: scope) { total in
        let wanted = expected.removeValue(forKey: total.name.string)
        #expect(wanted?.count == total.artifacts && wanted?.versions == total.versions)
        #expect(last < total.name)
        last = total.name
        return true
      }
      #expect(expected.isEmpty)
    }
  }

  @Test func indexThatDoesNotKnowAnArtifactsPackagesIsDamage() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      let stack = Stack(5)
      _ = try store.writer.commit(releasePut("1+a", [newArtifact("1+a", stack)]))
      _ = try store.writer.commit(releasePut("2+b", [newArtifact("2+b", Stack(6), arch: "s390x")]))
      try store.read { (snapshot: borrowing Snapshot) throws in
        let names = try #require(try snapshot.packageNames())
        let view = try #require(try snapshot.artifactView(artifactID("1+a")))
        let set = try names.set(of: view)
        #expect(set >= 0)
        let record = ArtifactRecord(view)
        for change in 0..<2 {
          var other = record
          if change == 0 { other.packageRows += 1 } else { other.lineage = 77 }
          let forged = try #require(Record(bytes: other.writer.body).flatMap { ArtifactView($0) })
          #expect(throws: StoreError.self) { try names.set(of: forged) }
        }
      }
    }
  }

  @Test func walksGoOnInALaterSnapshot() throws {
    let temporary = try TemporaryStore()
    try temporary.collecting { (store: Store) throws in
      for index in 0..<9 {
        _ = try store.writer.commit(releasePut("\(index)+a", [newArtifact("\(index)+a", Stack(3))]))
      }
      var place = WalkPlace()
      var seen: [Text] = []
      func walk(_ limit: Int) throws {
        try store.read { (snapshot: borrowing Snapshot) throws in
          var left = limit
          try snapshot.forEachArtifact(in: .all, from: &place) { view in
            seen.append(view.id.key)
            left -= 1
            return left > 0
          }
        }
      }
      try walk(4)
      // The last one seen goes, one behind it comes: neither is shown twice, none is left out.
      _ = try store.writer.commit(releasePut("3+a", []))
      _ = try store.writer.commit(releasePut("55+a", [newArtifact("55+a", Stack(3))]))
      try walk(2)
      try walk(100)
      #expect(seen == ["0", "1", "2", "3", "4", "5", "55", "6", "7", "8"].map { Text($0 + "+a-x86_64") })
    }
  }

  @Test func longNamesAreFound() throws {
    let temporary = try TemporaryStore()
    let names = ["a", "b"].map { String(repeating: "n", count: 511) + $0 }
    var bytes: [UInt8] = []
    for name in names { bytes += [0x80, 4] + Array(name.utf8) + [3] + Array("1.0".utf8) }
    try temporary.collecting { (store: Store) throws in
      _ = try store.writer.commit(
        releasePut("1+a", [.new(artifact("1+a"), documents: [:], packages: PackageList(bytes: bytes, count: 2))]))
      try store.read { (snapshot: borrowing Snapshot) throws in
        #expect(try snapshot.packageHistory(Text(names[0])).map(\.versions) == [["1.0"]])
        let shared = try snapshot.packageNames()
        #expect(shared.map { _ in true } == nil)
        var seen: Set<String> = []
        try snapshot.forEachPackageName { seen.insert($0.string).inserted }
        #expect(seen == Set(names))
      }
      #expect(try store.verify(fullVerify()).findings == [])
    }
  }

  @Test func severalVersionsOfOneNameStayTogether() throws {
    let temporary = try TemporaryStore()
    func list(_ rows: [(String, String)]) -> PackageList {
      var bytes: [UInt8] = []
      for (name, version) in rows {
        bytes += [UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(version.utf8.count)] + Array(version.utf8)
      }
      return PackageList(bytes: bytes, count: rows.count)
    }
    try temporary.collecting { (store: Store) throws in
      let lists = [
        list([("numpy", "1.0"), ("numpy", "2.0"), ("z", "")]), list([("numpy", "2.0"), ("z", "")]), list([("z", "")]),
        list([("a", "1"), ("numpy", "2.0")]),
      ]
      for (index, rows) in lists.enumerated() {
        let tag = "\(index)+a"
        _ = try store.writer.commit(releasePut(tag, [.new(artifact(tag), documents: [:], packages: rows)]))
      }
      try store.read { (snapshot: borrowing Snapshot) throws in
        let found = try snapshot.packageHistory("numpy").map { ($0.tag, $0.versions) }
        #expect(found.map(\.0) == ["0+a", "1+a", "3+a"])
        #expect(found.map(\.1) == [["1.0", "2.0"], ["2.0"], ["2.0"]])
        #expect(try snapshot.packageList(of: artifactID("0+a")) == lists[0])
      }
    }
  }
}
