import Glibc
import SpoolStore
import WheelModel

// Times the store's reading of one graph at the worst depth, for tools/bench: read-timer STORE RUNS.
// Prints its depth, its raw bytes, the median in microseconds, and the average stored bytes of a delta and of a full value.

guard CommandLine.arguments.count == 3, let runs = Int(CommandLine.arguments[2]), runs > 0 else {
  fatalError("usage: read-timer STORE RUNS")
}

func microseconds() -> Int {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}

var options = StoreOptions()
options.cacheBytes = 0
let store = try Store.open(path: CommandLine.arguments[1], mode: .read, options: options)
var graphs: [DocumentInfo] = []
try store.read { snapshot in
  try snapshot.forEachArtifact { artifact in
    if let graph = artifact.stored.documents[.dependencyGraph] { graphs.append(graph) }
    return true
  }
}
guard let deepest = graphs.max(by: { $0.depth < $1.depth }) else { fatalError("the store has no graph") }

var times: [Int] = []
for _ in 0..<runs {
  let start = microseconds()
  let count = try store.read { try $0.document(deepest.id) }?.count
  times.append(microseconds() - start)
  precondition(count.map(UInt64.init) == deepest.bytes, "the document was not read whole")
}

func averageStored(_ documents: [DocumentInfo]) -> UInt64 {
  documents.reduce(0) { $0 + $1.storedBytes } / UInt64(max(documents.count, 1))
}

print(
  deepest.depth, deepest.bytes, times.sorted()[times.count / 2], averageStored(graphs.filter { $0.depth > 0 }),
  averageStored(graphs.filter { $0.depth == 0 }))
