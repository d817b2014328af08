import SpoolStore
import Testing
import WheelModel

@testable import Collector

@Suite("How a run ends")
struct RunSummaryTests {
  typealias Listing = RunSummary.Repository.Listing

  private static func summary(_ listings: [(Listing, failures: Int)]) -> RunSummary {
    RunSummary(
      repositories: listings.map { listing, failures in
        RunSummary.Repository(
          key: RepositoryKey(product: "p", repository: "r"), listing: listing,
          openFailures: failures > 0 ? [.gzip: failures] : [:])
      })
  }

  private static let refused = Listing.failed(.refused, "no")

  @Test("says 0 only when everything is in")
  func codes() {
    #expect(Self.summary([]).exitCode == 0)
    #expect(Self.summary([(.complete, 0), (.unchanged, 0)]).exitCode == 0)
    #expect(Self.summary([(.complete, 1)]).exitCode == 3)
    #expect(Self.summary([(.unchanged, 1)]).exitCode == 3)
    #expect(Self.summary([(.partial(.unstableListing), 0)]).exitCode == 3)
    #expect(Self.summary([(Self.refused, 0), (.complete, 0)]).exitCode == 3)
    #expect(Self.summary([(Self.refused, 0), (.partial(.noTag), 1)]).exitCode == 3)
    #expect(Self.summary([(.brokenOff(.refused, "no"), 1)]).exitCode == 3)
    #expect(Self.summary([(.brokenOff(.refused, "no"), 0), (Self.refused, 0)]).exitCode == 3)
    #expect(Self.summary([(Self.refused, 1)]).exitCode == 8)
    #expect(Self.summary([(Self.refused, 1), (Self.refused, 1)]).exitCode == 8)
  }

  @Test("says the first of several things that apply")
  func precedence() {
    var summary = Self.summary([(Self.refused, 1)])
    summary.signal = 2
    #expect(summary.exitCode == 130 && summary.outcome == "interrupted")
    summary.signal = 15
    #expect(summary.exitCode == 143)
    for (kind, code) in [(.localIO, 7), (.unusable, 6), (.busy, 5)] as [(StoreError.Kind, Int32)] {
      summary.storeError = StoreError(kind, .inputOutput, operation: "o", cause: "c")
      #expect(summary.exitCode == code && summary.outcome == "failed")
    }
    summary.configurationError = "x"
    #expect(summary.exitCode == 2)
    summary = Self.summary([(.complete, 1)])
    summary.storeError = StoreError(.usage, .usage, operation: "o", cause: "c")
    #expect(summary.exitCode == 1)
  }
}
