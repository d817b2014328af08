import WheelModel

/// Writes differences between artifacts.
public enum DiffWriter {
  private struct Row {
    let diff: ArtifactDiff
    let change: ArtifactDiff.Change
  }

  private static let columns: [Column<Row>] = [
    Column("arch", .machine) { $1.text($0.diff.arch) },
    Column("from_key", .machine) { $1.text($0.diff.from?.key) },
    Column("to_key", .machine) { $1.text($0.diff.to?.key) },
    Column("toplevel", .machine) { $1.boolean($0.change.isTopLevel) },
    Column("change", .machine) { $1.text($0.change.kind.rawValue) },
    Column("name", .machine) { $1.text($0.change.name) },
    Column("from", .machine) { $1.list($0.change.before.map(\.text.string)) },
    Column("to", .machine) { $1.list($0.change.after.map(\.text.string)) },
  ]

  /// Writes for people, or with a machine's format one row for each package that differs.
  ///
  /// Throws `InspectorError` (`.unknownColumn`), `OutputError`.
  public static func write(
    _ diffs: [ArtifactDiff], presentation: Presentation, to output: BufferedOutput
  ) throws {
    if presentation.format == .table {
      for (index, diff) in diffs.enumerated() {
        if index > 0 { output.append("\n") }
        writeText(diff, presentation, output)
      }
      return try output.flush()
    }
    let rows = RowWriter(
      columns: try Column.chosen(from: columns, for: presentation), presentation: presentation, output: output)
    rows.begin()
    for diff in diffs { for change in diff.changes { rows.write(Row(diff: diff, change: change)) } }
    rows.end()
    try output.flush()
  }

  /// Writes Markdown for a changelog.
  ///
  /// Throws `OutputError`.
  public static func writeMarkdown(_ diffs: [ArtifactDiff], raw: Bool, to output: BufferedOutput) throws {
    for (index, diff) in diffs.enumerated() {
      if index > 0 { output.append("\n") }
      append("## \(code(title(diff)))\n", raw, output)
      for (heading, changes) in groups(diff) where !changes.isEmpty {
        output.append("\n### \(heading)\n\n")
        for change in changes { append("- " + markdown(change) + "\n", raw, output) }
      }
      if diff.changes.isEmpty { output.append("\nNo differences.\n") }
    }
    try output.flush()
  }

  private static func groups(_ diff: ArtifactDiff) -> [(String, [ArtifactDiff.Change])] {
    let top = diff.changes.filter(\.isTopLevel)
    return [("Top-level requirements", top), ("Dependencies", diff.changes.filter { !$0.isTopLevel })]
  }

  private static func title(_ diff: ArtifactDiff) -> String {
    (diff.from?.key.string ?? "nothing") + " → " + (diff.to?.key.string ?? "nothing")
  }

  private static func writeText(
    _ diff: ArtifactDiff, _ presentation: Presentation, _ output: BufferedOutput
  ) {
    func count(_ kind: ArtifactDiff.Change.Kind) -> Int { diff.changes.count { $0.kind == kind } }
    append(title(diff) + "\n", presentation.raw, output)
    output.append(
      "\(count(.added)) added, \(count(.removed)) removed, \(count(.changed)) changed, \(diff.unchanged) unchanged\n")
    for (heading, changes) in groups(diff) where !changes.isEmpty {
      output.append("\n" + (presentation.colours ? "\u{1b}[1m\(heading)\u{1b}[0m" : heading) + "\n")
      let width = changes.reduce(0) { max($0, TerminalText.width($1.name.string)) }
      for change in changes { writeLine(change, width, presentation, output) }
    }
  }

  private static func writeLine(
    _ change: ArtifactDiff.Change, _ width: Int, _ presentation: Presentation, _ output: BufferedOutput
  ) {
    let (sign, colour) =
      switch change.kind {
      case .added: ("+", "\u{1b}[32m")
      case .removed: ("-", "\u{1b}[31m")
      case .changed: ("~", "\u{1b}[33m")
      }
    if presentation.colours { output.append(colour) }
    output.append("  \(sign) ")
    append(change.name.string, presentation.raw, output)
    let padding = max(0, width - TerminalText.width(change.name.string))
    output.append(String(repeating: " ", count: padding + 2))
    append(versions(change), presentation.raw, output)
    output.append(presentation.colours ? "\u{1b}[0m\n" : "\n")
  }

  private static func versions(_ change: ArtifactDiff.Change) -> String {
    let before = change.before.map(\.text.string).joined(separator: ", ")
    let after = change.after.map(\.text.string).joined(separator: ", ")
    return switch change.kind {
    case .added: after
    case .removed: before
    case .changed: before + " → " + after
    }
  }

  private static func markdown(_ change: ArtifactDiff.Change) -> String {
    let verb =
      switch change.kind {
      case .added: "added"
      case .removed: "removed"
      case .changed: "changed"
      }
    return "\(code(change.name.string)) \(verb): \(code(versions(change)))"
  }

  /// Quotes as code, with as many marks as the text needs.
  private static func code(_ text: String) -> String {
    var longest = 0
    var run = 0
    for byte in text.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    let mark = String(repeating: "`", count: longest + 1)
    return longest == 0 ? mark + text + mark : mark + " " + text + " " + mark
  }

  private static func append(_ text: String, _ raw: Bool, _ output: BufferedOutput) {
    if raw { return output.append(text) }
    guard text.utf8.last == UInt8(ascii: "\n") else {
      TerminalText.appendEscaped(text, to: &output.bytes)
      return
    }
    TerminalText.appendEscaped(String(text.dropLast()), to: &output.bytes)
    output.append("\n")
  }
}
