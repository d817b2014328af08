public import Digest

extension UpstreamRelease {
  /// Computes a digest of everything in the listing that a stored release depends on.
  ///
  /// Covered: tag, commit, dates, title and notes, and id, name and URL of each link that names a wheel tarball; the
  /// links' order is not. Equal digests mean that nothing has to be fetched. The encoding is versioned and unambiguous:
  /// each field is preceded by its length.
  public var fingerprint: SHA256Digest {
    var notes = FieldDigest("wheelspool notes 1")
    notes.add(name.map { Array($0.utf8) })
    notes.add(description.map { Array($0.utf8) })

    var digest = FieldDigest("wheelspool release 1")
    digest.add(Array(tag.text.utf8))
    digest.add(Array(commit.utf8))
    digest.add(createdAt.milliseconds)
    digest.add(releasedAt.map { Array(String($0.milliseconds).utf8) })
    digest.add(notes.finalize().bytes)
    for link in links.sorted(by: Self.precedes) {
      digest.add(link.id)
      digest.add(Array(link.name.text.utf8))
      digest.add(Array(link.url.utf8))
    }
    return digest.finalize()
  }

  private static func precedes(_ a: UpstreamLink, _ b: UpstreamLink) -> Bool {
    if a.id != b.id { return a.id < b.id }
    if a.name.text != b.name.text { return a.name.text < b.name.text }
    return Text(a.url) < Text(b.url)
  }
}

extension UpstreamLink {
  /// A digest of what makes it this link and no other: id, name and URL.
  public var digest: SHA256Digest {
    var digest = FieldDigest("wheelspool link 1")
    digest.add(id)
    digest.add(Array(name.text.utf8))
    digest.add(Array(url.utf8))
    return digest.finalize()
  }
}

/// A digest over fields, each with its length before it, an absent one distinct from an empty one.
private struct FieldDigest: ~Copyable {
  private var sha256 = SHA256()

  init(_ domain: String) { add(Array(domain.utf8)) }

  mutating func add(_ bytes: [UInt8]?) {
    let length = bytes.map { UInt64($0.count) } ?? .max
    var prefix: [UInt8] = []
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      prefix.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    sha256.update(prefix.span)
    if let bytes { sha256.update(bytes.span) }
  }

  mutating func add(_ number: Int64) { add(Array(String(number).utf8)) }

  consuming func finalize() -> SHA256Digest { sha256.finalize() }
}
