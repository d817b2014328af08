import Digest
import TestSupport
import Testing
import WheelModel

@testable import Exporter

/// A file of JSON lines goes on after its last complete watermark line, wherever it broke off.
struct ResumedLinesTests {
  @Test("cut anywhere, the file resumes to the same bytes")
  func resumes() throws {
    let golden = try TestTarget(.ndjson)
    let source = MemorySource()
    for number in 1...3 { source.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"), arches: ["x86_64"])) }
    try golden.export(source) { $0.batchReleases = 1 }
    let whole = try Files.read(golden.directory.file("target.ndjson"))
    for length in stride(from: 0, through: whole.count, by: 97) {
      let target = try TestTarget(.ndjson)
      let path = target.directory.file("target.ndjson")
      try Files.write(Array(whole[..<length]), to: path)
      #expect(try target.export(source) { $0.batchReleases = 1 }.outcome == .complete, "cut at \(length)")
      #expect(try Files.read(path) == whole, "cut at \(length)")
    }
  }

  @Test("each batch ends in a watermark line")
  func endsBatches() throws {
    let target = try TestTarget(.ndjson)
    let source = MemorySource()
    for number in 1...5 { source.put(Samples.release(Text("v3.\(number).0+cuda-ubi9"))) }
    try target.export(source) { $0.batchReleases = 2 }
    let lines = try Files.readText(target.directory.file("target.ndjson")).split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("{\"kind\":\"watermark\",") }.count == 4)
    let last = NDJSONWatermarks(line: Array(String(lines.last ?? "").utf8))
    #expect(last?.storeID == source.storeID)
    let chain = try #require(try source.chain(at: 5))
    #expect(last?.marks == ["rhai": Watermark(sequence: 5, chain: chain)])
    #expect(lines.allSatisfy { $0.hasPrefix("{\"kind\":\"") && $0.hasSuffix("}") })
  }

  @Test(
    "a file that is no export is left alone",
    arguments: [
      "hello\n", "{\"kind\":\"release\"}\n", "{\"kind\":\"watermark\"}\n", "{\"kind\":\"watermark\",\"format\":9}\n",
    ])
  func refusesOtherFiles(_ text: String) throws {
    let target = try TestTarget(.ndjson)
    let path = target.directory.file("target.ndjson")
    try Files.write(text, to: path)
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    guard case .failed(let error) = try target.export(source).outcome else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == .foreignFile && error.kind == .targetFailed)
    #expect(try Files.readText(path) == text)
  }

  @Test("a place that cannot be written is a local error")
  func reportsLocalErrors() throws {
    let source = MemorySource()
    source.put(Samples.release("v3.1.0+cuda-ubi9"))
    for text in ["ndjson:/nowhere/at/all", "sqlite:/nowhere/at/all"] {
      let options = ExportOptions()
      let sink = try Exporter.makeSink(
        TargetAddress.parse(text), source.storeID, options, SilentExport(), { false })
      let summary = try Replay(
        source: source, sink: sink, options: options, observer: SilentExport(), shouldStop: { false }
      ).run()
      guard case .failed(let error) = summary.outcome else {
        Issue.record("\(text) was written")
        continue
      }
      #expect(error.kind == .localIO, "\(text): \(error)")
    }
  }

  @Test("a device or pipe is no file to resume")
  func refusesDevices() throws {
    let sink = try Exporter.makeSink(
      TargetAddress.parse("ndjson:/dev/null"), "s", ExportOptions(), SilentExport(), { false })
    let error = #expect(throws: ExportError.self) { try sink.open() }
    #expect(error?.code == .foreignFile && (error?.hint ?? "").contains("ndjson:-"))
  }

  @Test("a terminal gets what could act on it as escapes, wherever the pieces are cut")
  func escapesForTerminals() {
    let text = "{\"a\":\"é\u{202e}漢\u{7f}\u{9b}31m\u{e0041}\u{1f600}\"}\n"
    let expected = "{\"a\":\"é\\u202e漢\\u007f\\u009b31m\\udb40\\udc41\u{1f600}\"}\n"
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      var escapes = TerminalEscapes()
      var output: [UInt8] = []
      for piece in [bytes[..<cut], bytes[cut...]] { escapes.append(Array(piece), to: &output) }
      #expect(String(decoding: output, as: UTF8.self) == expected, "cut at \(cut)")
    }
    // Broken bytes do no harm, and do not swallow what follows.
    var (escapes, output) = (TerminalEscapes(), [UInt8]())
    escapes.append([0x9b, 0xe2, 0x80, 0x41, 0x0a], to: &output)
    #expect(String(decoding: output, as: UTF8.self) == "\u{fffd}\u{fffd}A\n")
  }

  @Test("watermark lines are read strictly")
  func readsWatermarks() throws {
    let chain = SHA256.hash([1].span)
    let marks: [Text: Watermark] = [
      "a\"b": Watermark(sequence: .max >> 1, chain: chain), "z": Watermark(sequence: 0, chain: chain),
    ]
    let line = NDJSONLine.watermark(storeID: "s\n", marks)
    let read = NDJSONWatermarks(line: line.dropLast())
    #expect(read == NDJSONWatermarks(storeID: "s\n", marks: marks))
    for length in 0..<line.count - 1 { #expect(NDJSONWatermarks(line: Array(line[..<length])) == nil) }
  }
}

extension NDJSONWatermarks {
  fileprivate init?(line: ArraySlice<UInt8>) { self.init(line: Array(line)) }
}
