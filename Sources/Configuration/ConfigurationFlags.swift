/// What the command line says about configuration; everything may be left out.
public struct ConfigurationFlags: Equatable, Sendable {
  /// `--config`
  public var configPath: String?
  /// `--store`
  public var storePath: String?
  /// `--gitlab`
  public var gitlabURL: String?
  /// `--project`
  public var project: String?
  /// `--product`, in order.
  public var products: [String] = []
  /// `--repository`, in order.
  public var repositories: [String] = []
  /// `--jobs`
  public var jobs: Int?
  /// `--allow-http`
  public var allowHTTP = false
  /// `--allow-host`, in order.
  public var allowedHosts: [String] = []
  /// `--cacert`
  public var certificates: String?

  /// Makes flags that say nothing.
  public init() {}
}
