// swift-tools-version: 6.2
import PackageDescription

/// One list of settings for every target of ours: nothing is built more loosely than the rest.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A C library of the system: a module map and a header-only shim in `Sources/NAME`.
func system(_ name: String, _ pkgConfig: String, apt package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: [.target(name: name)] + dependencies, swiftSettings: strict)
}

let package = Package(
  name: "wheelspool",
  dependencies: [
    .package(url: "https://github.com/LebJe/TOMLKit.git", exact: "0.6.0"),
    .package(url: "https://github.com/apple/swift-argument-parser.git", exact: "1.8.2"),
  ],
  targets: [
    // C libraries
    system("CLMDB", "lmdb", apt: "liblmdb-dev"),
    system("CZstd", "libzstd", apt: "libzstd-dev"),
    system("CZlib", "zlib", apt: "zlib1g-dev"),
    system("CCurl", "libcurl", apt: "libcurl4-openssl-dev"),
    system("CCrypto", "libcrypto", apt: "libssl-dev"),
    system("CPQ", "libpq", apt: "libpq-dev"),
    system("CSQLite", "sqlite3", apt: "libsqlite3-dev"),

    // Leaves: know nothing of wheels
    library("LMDB", ["CLMDB", "Threads"]),
    library("Zstd", ["CZstd"]),
    library("Digest", ["CCrypto", "CZlib"]),
    library("Threads"),
    library("Fetch", ["CCurl"]),
    library("Tarball", ["CZlib"]),
    library("JSONScan"),
    library("Postgres", ["CPQ"]),
    library("SQLite", ["CSQLite"]),

    // The domain and the store
    library("WheelModel", ["CPosix", "JSONScan", "Digest"]),
    library("Configuration", ["WheelModel", .product(name: "TOMLKit", package: "TOMLKit")]),
    library("SpoolStore", ["LMDB", "Zstd", "Digest", "Threads", "WheelModel"]),

    // What moves data, and what looks at it
    library("Collector", ["CPosix", "Fetch", "Tarball", "JSONScan", "Digest", "Threads", "WheelModel", "SpoolStore"]),
    library("Exporter", ["Postgres", "SQLite", "JSONScan", "Digest", "Threads", "WheelModel", "SpoolStore"]),
    library("Inspector", ["JSONScan", "Digest", "WheelModel", "SpoolStore"]),

    // The command line
    .systemLibrary(name: "CPosix"),
    .executableTarget(
      name: "wheelspool",
      dependencies: [
        .product(name: "ArgumentParser", package: "swift-argument-parser"), "CPosix", "Threads", "WheelModel",
        "Configuration", "SpoolStore", "Collector", "Exporter", "Inspector",
      ], swiftSettings: strict),

    // What tests stand on
    .systemLibrary(name: "CTestSystem", path: "Tests/CTestSystem"),
    .systemLibrary(
      name: "CTestTLS", path: "Tests/CTestTLS", pkgConfig: "libssl", providers: [.apt(["libssl-dev"])]),
    .target(
      name: "TestSupport", dependencies: ["CTestSystem", "CZlib", "Threads"], path: "Tests/TestSupport",
      swiftSettings: strict),

    .target(
      name: "FakeGitLab", dependencies: ["CTestSystem", "CTestTLS", "Threads"], path: "Tests/FakeGitLab",
      swiftSettings: strict),
    .executableTarget(
      name: "fake-gitlab", dependencies: ["FakeGitLab"], path: "Tests/FakeGitLabServer", swiftSettings: strict),

    // Readers of bytes from outside, as a fuzzer feeds them; tools/prove fuzz builds the driver for libFuzzer
    .target(
      name: "Fuzzing",
      dependencies: [
        "JSONScan", "Tarball", "Digest", "Zstd", "WheelModel", "Configuration", "SpoolStore", "Inspector",
      ],
      // Some targets look behind the public interface, which a release build allows with -enable-testing only.
      path: "Tests/Fuzzing", swiftSettings: strict + [.define("TESTABLE", .when(configuration: .debug))]),
    .executableTarget(
      name: "wheelspool-fuzz", dependencies: ["Fuzzing", "TestSupport", "CTestSystem"], path: "Tests/FuzzDriver",
      swiftSettings: strict),

    // Times reading in one process, for tools/bench
    .executableTarget(
      name: "read-timer", dependencies: ["SpoolStore", "WheelModel"], path: "Tests/ReadTimer", swiftSettings: strict),

    .testTarget(
      name: "CommandTests",
      dependencies: [
        "wheelspool", "TestSupport", "FakeGitLab", "JSONScan", "Digest", "WheelModel", "SpoolStore",
      ], exclude: ["Help"], swiftSettings: strict),

    tests("TestSupport"), tests("FakeGitLab", ["Fetch", "TestSupport"]),
    tests("LMDB", ["CLMDB", "TestSupport", "Threads"]),
    tests("Zstd"), tests("Digest"), tests("Threads", ["CTestSystem"]),
    tests("Fetch", ["CTestSystem", "TestSupport", "Threads"]),
    tests("Tarball", ["CZlib", "TestSupport"]),
    tests("JSONScan", ["TestSupport"]), tests("WheelModel", ["TestSupport"]), tests("Configuration", ["TestSupport"]),
    tests("SpoolStore"),
    tests("Collector", ["TestSupport", "FakeGitLab", "WheelModel", "SpoolStore", "Digest", "Threads"]),
    tests(
      "Exporter",
      [
        "TestSupport", "FakeGitLab", "Postgres", "SQLite", "Digest", "JSONScan", "Threads", "WheelModel", "SpoolStore",
      ]), tests("Inspector", ["TestSupport", "WheelModel", "JSONScan", "Digest"]), tests("Fuzzing", ["TestSupport"]),
  ]
)
