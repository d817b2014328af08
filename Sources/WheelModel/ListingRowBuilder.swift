/// The fields of one listing row while they arrive.
struct ListingRowBuilder {
  struct Field {
    var string: String
    var isTruncated: Bool
    var hasLoneSurrogate: Bool
  }

  struct Link {
    var id: Int64 = 0
    var name: Field?
    var url: Field?
  }

  var tag: Field?
  var name: Field?
  var description: Field?
  var createdAt: Field?
  var releasedAt: Field?
  var isUpcoming = false
  var commit: Field?
  var links: [UpstreamLink] = []
  var link = Link()
  private var hasTooMany = false

  /// Keeps the link that has just ended if its name is that of a wheel tarball.
  mutating func endLink(limits: ListingLimits) {
    guard let field = link.name, let name = AssetName(Text(field.string)) else { return }
    guard links.count < limits.linksPerRow, !field.isTruncated, link.url?.isTruncated != true else {
      hasTooMany = true
      return
    }
    links.append(UpstreamLink(id: link.id, name: name, url: link.url?.string ?? ""))
  }

  /// Decides what the row is.
  func build(limits: ListingLimits) -> ListingRow {
    guard let tag, !tag.string.isEmpty else {
      return .rejected(
        tag: nil, RowRejection(.noTag, "the row has no tag_name: the token may not read the project's code"))
    }
    guard !tag.isTruncated else { return .rejected(tag: nil, RowRejection(.limit, "the tag is longer than any")) }
    let text = Text(tag.string)
    if isUpcoming { return .upcoming(tag: text) }
    do {
      return .release(try release(tag: text, isWhole: !tag.hasLoneSurrogate, limits: limits))
    } catch {
      return .rejected(tag: text, error)
    }
  }

  private func release(tag: Text, isWhole: Bool, limits: ListingLimits) throws(RowRejection) -> UpstreamRelease {
    guard isWhole else { throw RowRejection(.tag, "the tag is not Unicode text") }
    guard let parsed = Tag(tag) else { throw RowRejection(.tag, "the tag has no `+`: it names no wheel collection") }
    guard let commit, !commit.string.isEmpty, !commit.isTruncated else {
      throw RowRejection(.noCommit, "the release has no commit id")
    }
    guard let createdAt = createdAt.flatMap({ Timestamp(rfc3339: $0.string) }) else {
      throw RowRejection(.date, "created_at cannot be read as a date with a time and an offset")
    }
    guard !hasTooMany else {
      throw RowRejection(.limit, "more than \(limits.linksPerRow) links to wheel tarballs, or one beyond all measure")
    }
    guard name?.isTruncated != true, description?.isTruncated != true else {
      throw RowRejection(.limit, "name or description is longer than \(limits.textBytes) bytes")
    }
    return UpstreamRelease(
      tag: parsed, name: name?.string, description: description?.string, createdAt: createdAt,
      releasedAt: releasedAt.flatMap { Timestamp(rfc3339: $0.string) }, commit: Text(commit.string), links: links)
  }
}
