import FakeGitLab
import Fetch
import TestSupport
import Testing

@Suite struct TLSTests {
  private func get(_ tree: ServedTree, _ authority: String, path: String = "/api/v4/projects/7/releases") throws
    -> [UInt8]
  {
    var options = ClientOptions(origin: try Origin(url: tree.server.url))
    options.caFile = authority
    options.proxy = .none
    return try HTTPClient(options).get(tree.server.url + path).readAll()
  }

  @Test func aGoodCertificateIsTaken() throws {
    try TemporaryDirectory.with { directory in
      let certificates = try Certificates(directory: directory.path)
      let chain = try certificates.make(.good)
      let tree = try ServedTree { $0.tls = chain }
      #expect(tree.server.url.hasPrefix("https://"))
      #expect(try String(decoding: get(tree, certificates.authorityPath), as: UTF8.self).contains("v1.0.3+cpu"))
      let asset = String(tree.assetURL(1).dropFirst(tree.server.url.utf8.count))
      #expect(
        try get(tree, certificates.authorityPath, path: asset)
          == Array("content of wheels-1.0.1+cpu-x86_64.tar.gz".utf8))
    }
  }

  @Test(arguments: Certificates.Kind.allCases.filter { $0 != .good })
  func aBadCertificateIsRefused(kind: Certificates.Kind) throws {
    try TemporaryDirectory.with { directory in
      let certificates = try Certificates(directory: directory.path)
      let chain = try certificates.make(kind)
      let tree = try ServedTree { $0.tls = chain }
      let error = #expect(throws: FetchError.self) { try get(tree, certificates.authorityPath) }
      #expect(error?.code == .tls)
      #expect(tree.server.statistics.requestCount == 0)
    }
  }

  @Test func aRedirectToPlainHTTPIsNotFollowed() throws {
    try TemporaryDirectory.with { directory in
      let certificates = try Certificates(directory: directory.path)
      let chain = try certificates.make(.good)
      let tree = try ServedTree {
        $0.tls = chain
        $0.storageIsPlain = true
      }
      let asset = String(tree.assetURL(1).dropFirst(tree.server.url.utf8.count))
      #expect(throws: FetchError.self) { try get(tree, certificates.authorityPath, path: asset) }
      #expect(tree.server.statistics.storageCount == 0)
    }
  }
}
