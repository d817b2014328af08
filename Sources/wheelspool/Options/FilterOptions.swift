import ArgumentParser
import Inspector
import WheelModel

/// Which records a list shows.
struct FilterOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Only this product.", valueName: "key"))
  var product: String?

  @Option(help: ArgumentHelp("Only this repository.", valueName: "key"))
  var repository: String?

  @Option(help: ArgumentHelp("Only this series, as 3.2.", valueName: "series"))
  var series: String?

  @Option(help: ArgumentHelp("Only this variant: the tag's suffix.", valueName: "variant"))
  var variant: String?

  @Option(help: ArgumentHelp("Only this architecture.", valueName: "arch"))
  var arch: String?

  @Option(help: ArgumentHelp("Only this release.", valueName: "tag"))
  var tag: String?

  @Option(help: ArgumentHelp("Only what is made since this day or moment.", valueName: "date"))
  var since: Moment?

  /// The filter, without a package.
  var filter: ListFilter {
    var filter = ListFilter()
    filter.product = product.map { Text($0) }
    filter.repository = repository.map { Text($0) }
    filter.series = series.map { Text($0) }
    filter.variant = variant.map { Text($0) }
    filter.arch = arch.map { Text($0) }
    filter.tag = tag.map { Text($0) }
    filter.since = since?.timestamp
    return filter
  }
}

/// A day (00:00 UTC) or a moment, on the command line.
struct Moment: ExpressibleByArgument {
  let timestamp: Timestamp

  init?(argument: String) {
    guard let timestamp = Timestamp(dateOrTime: argument) else { return nil }
    self.timestamp = timestamp
  }
}
