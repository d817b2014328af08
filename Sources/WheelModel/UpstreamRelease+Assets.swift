public import Digest

/// An asset that a release offers for one architecture.
public struct WantedAsset: Equatable, Sendable {
  /// The link to fetch.
  public let link: UpstreamLink
  /// The architecture.
  public let arch: Text
  /// The key of the artifact it becomes.
  public let key: Text

  /// Makes a wanted asset of its parts.
  public init(link: UpstreamLink, arch: Text, key: Text) {
    self.link = link
    self.arch = arch
    self.key = key
  }
}

/// A link that is not fetched, and why.
public struct RejectedAsset: Equatable, Sendable {
  /// The link's name, trimmed.
  public let name: Text
  /// Why it is not fetched.
  public let rejection: RowRejection

  /// Makes a rejected asset of its parts.
  public init(name: Text, rejection: RowRejection) {
    self.name = name
    self.rejection = rejection
  }
}

extension UpstreamRelease {
  /// Chooses the link of each architecture: the newest, that is the highest id, and of equal ids the first listed.
  ///
  /// Wanted assets come sorted by architecture, by bytes; rejected ones in the listing's order.
  public func chooseAssets() -> (wanted: [WantedAsset], rejected: [RejectedAsset]) {
    var newest: [Text: Int] = [:]
    for (index, link) in links.enumerated() {
      guard let arch = link.name.arch else { continue }
      if let rival = newest[arch], links[rival].id >= link.id { continue }
      newest[arch] = index
    }
    var rejected: [RejectedAsset] = []
    for (index, link) in links.enumerated() {
      let reason: RowRejection
      if let arch = link.name.arch {
        guard newest[arch] != index else { continue }
        reason = RowRejection(.duplicateArch, "a newer link of this release has the same architecture")
      } else {
        reason = RowRejection(.assetName, "the name ends in no architecture of a–z, 0–9 and _")
      }
      rejected.append(RejectedAsset(name: link.name.text, rejection: reason))
    }
    let wanted = newest.sorted { $0.key < $1.key }.map { arch, index in
      WantedAsset(link: links[index], arch: arch, key: tag.artifactKey(arch: arch))
    }
    return (wanted, rejected)
  }

  /// Makes the artifact of an asset that was read.
  public func artifact(
    of asset: WantedAsset, in repository: RepositoryKey, size: UInt64, sha256: SHA256Digest, etag: String?,
    lastModified: String?
  ) -> Artifact {
    Artifact(
      id: ArtifactID(repository, key: asset.key), tag: tag.text, commit: commit, arch: asset.arch, variant: tag.suffix,
      rawVariant: tag.rawVariant(arch: asset.arch), series: tag.series, createdAt: createdAt,
      asset: AssetOrigin(
        linkID: asset.link.id, name: asset.link.name.text, url: asset.link.redactedURL, size: size, sha256: sha256,
        etag: etag, lastModified: lastModified))
  }
}

extension Drop {
  /// Makes the drop that an artifact belongs to.
  public init(of artifact: Artifact) {
    self.init(
      product: artifact.id.repository.product,
      key: Text(artifact.id.repository.product.string + "-" + artifact.id.key.string), name: artifact.id.key,
      productVersion: artifact.series, createdAt: artifact.createdAt)
  }
}
