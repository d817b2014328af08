import Glibc
import Threads

/// The faults in force, with what each has done so far.
final class FaultTable: Sendable {
  private let entries = Lock<[Entry]>([])

  private struct Entry {
    let fault: Fault
    var seen = 0
    /// For releases that come or go: whether the page has been served.
    var isTriggered = false
    /// For rate limits: when the present period ends, in seconds since 1970, and the requests of it.
    var periodEnd = 0
    var inPeriod = 0

    /// Counts a request and returns what the limit makes of it.
    mutating func meter(_ limit: Int, seconds: Int) -> [Fault.Action] {
      let now = time(nil)
      if now >= periodEnd {
        periodEnd = now + seconds
        inPeriod = 0
      }
      inPeriod += 1
      let told = Fault.Action.headers([
        Header("RateLimit-Limit", "\(limit)"), Header("RateLimit-Remaining", "\(max(limit - inPeriod, 0))"),
        Header("RateLimit-Reset", "\(periodEnd)"),
      ])
      guard inPeriod > limit else { return [told] }
      let wait = Header("Retry-After", "\(max(periodEnd - now, 1))")
      return [.status(429, headers: [wait], body: "Retry later\n"), told]
    }
  }

  func add(_ faults: [Fault]) { entries.withLock { $0 += faults.map { Entry(fault: $0) } } }

  func removeAll() { entries.withLock { $0.removeAll() } }

  /// Returns the actions for a request, counting it as seen.
  func actions(target: String, origin: Fault.Origin) -> [Fault.Action] {
    entries.withLock { entries in
      var actions: [Fault.Action] = []
      for index in entries.indices {
        let fault = entries[index].fault
        guard fault.origin == nil || fault.origin == origin, Pattern.matches(target, fault.path) else { continue }
        let seen = entries[index].seen
        entries[index].seen += 1
        guard seen >= fault.skip, fault.times.map({ seen - fault.skip < $0 }) ?? true else { continue }
        if case .rateLimit(let limit, let seconds) = fault.action {
          actions += entries[index].meter(limit, seconds: seconds)
        } else {
          actions.append(fault.action)
        }
      }
      return actions
    }
  }

  /// Returns the tags that a listing does not show now.
  func hiddenTags(target: String) -> Set<String> {
    entries.withLock { entries in
      var hidden: Set<String> = []
      for entry in entries where Pattern.matches(target, entry.fault.path) {
        switch entry.fault.action {
        case .appear(let tag, _) where !entry.isTriggered: hidden.insert(tag)
        case .disappear(let tag, _) where entry.isTriggered: hidden.insert(tag)
        default: break
        }
      }
      return hidden
    }
  }

  /// Notes that a page of a listing has been served.
  func pageServed(_ page: Int, target: String) {
    entries.withLock { entries in
      for index in entries.indices where Pattern.matches(target, entries[index].fault.path) {
        switch entries[index].fault.action {
        case .appear(_, let after) where after == page, .disappear(_, let after) where after == page:
          entries[index].isTriggered = true
        default: break
        }
      }
    }
  }

  /// Returns how an asset's content was replaced, by its path, and how often.
  func replacement(target: String) -> (file: String?, generation: Int) {
    entries.withLock { entries in
      var (file, generation): (String?, Int) = (nil, 0)
      for entry in entries where Pattern.matches(target, entry.fault.path) {
        if case .reupload(let other) = entry.fault.action {
          file = other ?? file
          generation += 1
        }
      }
      return (file, generation)
    }
  }
}
