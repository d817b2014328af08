import Glibc

/// The sanitizer that the tests are built with (`tools/check --sanitize`), and what follows from it for them.
public enum Sanitizer: Sendable {
  /// Looks for wrong accesses and for leaks.
  case address
  /// Looks for data races.
  case thread

  /// The one of this process; nil in a plain build. Told by its runtime, which is linked in: nobody has to say it.
  public static let current: Sanitizer? =
    // Safety: asked for their presence only. A null handle is the program with all that it has loaded.
    if unsafe dlsym(nil, "__asan_init") != nil {
      .address
    } else if unsafe dlsym(nil, "__tsan_init") != nil {
      .thread
    } else {
      nil
    }

  /// Whether there is none: what limits or measures memory cannot work beside the shadow that a sanitizer keeps of it.
  public static let isAbsent = current == nil

  /// What the time limits of the tests are multiplied by.
  public static let timeFactor = isAbsent ? 1 : 5

  /// The variables that a child with an environment of its own needs, to report as its parent does.
  public static let environment: [String: String] = {
    var environment: [String: String] = [:]
    for name in ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"] {
      if let value = unsafe getenv(name) { environment[name] = unsafe String(cString: value) }
    }
    return environment
  }()
}
