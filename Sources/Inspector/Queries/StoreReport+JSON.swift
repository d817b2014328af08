import SpoolStore
import WheelModel

extension StoreReport {
  /// Writes everything as one object.
  func writeJSON(_ presentation: Presentation, to output: BufferedOutput) {
    var json = JSONCell(presentation: presentation)
    let isStable = presentation.stable
    json.object { json in
      if !isStable {
        json.member("store_id", storeID)
        json.member("path", path)
        json.member("sequence", overview.sequence)
      }
      json.member("releases", overview.releases)
      json.member("artifacts", overview.artifacts)
      json.member("drops", overview.drops)
      json.member("documents", overview.documents)
      json.member("raw_bytes", overview.rawBytes)
      if !isStable {
        json.member("stored_bytes", overview.storedBytes)
        json.member("retained", overview.retained)
      }
      json.member("failures", overview.failures)
      json.key("repositories")
      json.array(overview.repositories) { json, repository in
        json.object {
          $0.member("product_key", repository.key.product)
          $0.member("repository_key", repository.key.repository)
          $0.member("releases", repository.releases)
          $0.member("withdrawn", repository.withdrawn)
          $0.member("incomplete", repository.incomplete)
          $0.member("artifacts", repository.artifacts)
          if isStable { return }
          $0.member("sequence", repository.sequence)
          $0.member("changed_at", repository.changedAt)
        }
      }
      if isStable { return }
      json.key("last_run")
      if let run = overview.lastRun { Self.write(run, to: &json) } else { json.text(nil) }
      if let sizes { Self.write(sizes, to: &json) }
      if let backlog { Self.write(backlog, to: &json) }
    }
    output.bytes.append(contentsOf: json.text)
    output.append("\n")
  }

  private static func write(_ run: RunRecord, to json: inout JSONCell) {
    json.object {
      $0.member("run", run.id)
      $0.member("started_at", run.startedAt)
      $0.member("ended_at", run.endedAt)
      $0.member("outcome", run.outcome.isEmpty ? nil : run.outcome)
      $0.member("committed", run.counts.committed)
      $0.member("unchanged", run.counts.unchanged)
      $0.member("failures", run.counts.failures)
    }
  }

  private static func write(_ sizes: StoreSizes, to json: inout JSONCell) {
    json.member("file_bytes", sizes.fileBytes)
    json.member("page_bytes", sizes.pageBytes)
    json.member("used_pages", sizes.usedPages)
    json.member("free_pages", sizes.freePages)
    json.member("readers", sizes.readers.count)
    json.key("reader_list")
    json.array(sizes.readers) { json, reader in
      json.object {
        $0.member("pid", reader.process)
        $0.member("commits_behind", reader.commitsBehind)
      }
    }
    json.member("transaction", sizes.transaction)
    json.key("databases")
    json.array(sizes.databases) { json, database in
      json.object {
        $0.member("name", database.name)
        $0.member("records", database.records)
        $0.member("pages", database.pages)
      }
    }
  }

  private static func write(_ backlog: Backlog, to json: inout JSONCell) {
    json.key("target")
    json.object { json in
      json.member("address", backlog.target)
      json.member("schema_version", backlog.schemaVersion)
      json.member("open_issues", backlog.openIssues)
      json.key("products")
      json.array(backlog.products) { json, product in
        json.object {
          $0.member("product_key", product.product)
          $0.member("sequence", product.sequence)
          $0.member("pending_changes", product.pendingEntries)
          $0.member("pending_releases", product.pendingReleases)
          $0.member("diverged", product.isDiverged)
        }
      }
      json.key("foreign_repositories")
      json.array(backlog.foreign) { json, foreign in
        json.object {
          $0.member("product_key", foreign.repository.product)
          $0.member("repository_key", foreign.repository.repository)
          $0.member("store_id", foreign.store)
        }
      }
    }
  }
}
