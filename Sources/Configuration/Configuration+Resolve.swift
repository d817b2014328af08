import WheelModel

extension Configuration {
  /// Finds the store's directory: flag, then `WHEELSPOOL_STORE`, then `store` of the configuration file, then
  /// `wheelspool.store` here.
  public static func storePath(
    flag: String?, environment: [String: String]
  ) throws(ConfigurationError) -> String {
    let named = [flag, environment["WHEELSPOOL_STORE"]].lazy.compactMap { $0 }.first { !$0.isEmpty }
    if let named { return named }
    return try ConfigurationFile.storePath(environment: environment) ?? defaultStorePath
  }

  /// Puts together what to collect: flags override the environment, which overrides the file.
  ///
  /// The file is `--config`, else `WHEELSPOOL_CONFIG`, else `wheelspool.toml` here if it is there. Without a file the
  /// flags must name instance, project and product. Paths in the file are relative to the file.
  public static func resolve(
    flags: ConfigurationFlags, environment: [String: String]
  ) throws(ConfigurationError) -> Configuration {
    let file = try ConfigurationFile.find(flags: flags, environment: environment)
    let url = flags.gitlabURL ?? environment["WHEELSPOOL_GITLAB_URL"] ?? file?.gitlab.url
    guard let url else {
      throw ConfigurationError(
        .missing, at: file?.path ?? "configuration", "no GitLab instance is named",
        hint: "give --gitlab URL, or gitlab.url in \(file?.path ?? Self.defaultPath)")
    }
    let chosen = try repositories(flags: flags, file: file)
    let isPart = file?.repositories.contains { known in !chosen.contains { $0.key == known.key } } ?? false
    let jobs = flags.jobs ?? file?.jobs ?? Self.defaultJobs
    guard Self.jobsRange.contains(jobs) else {
      throw ConfigurationError(
        .value, at: flags.jobs == nil ? "\(file?.path ?? ""): collect.jobs" : "--jobs",
        "must lie between \(jobsRange.lowerBound) and \(jobsRange.upperBound)")
    }
    let store = [flags.storePath, environment["WHEELSPOOL_STORE"], file?.storePath].lazy.compactMap { $0 }
      .first { !$0.isEmpty }
    return Configuration(
      storePath: store ?? Self.defaultStorePath,
      gitlab: GitLab(
        url: try GitLabURL.normalise(url, at: flags.gitlabURL == nil ? "gitlab.url" : "--gitlab"),
        token: file?.gitlab.token ?? .optionalEnvironment(Self.defaultTokenVariable),
        tokenHeader: file?.gitlab.tokenHeader ?? .privateToken,
        allowHTTP: flags.allowHTTP || (file?.gitlab.allowHTTP ?? false),
        allowedHosts: (file?.gitlab.allowedHosts ?? []) + flags.allowedHosts,
        certificates: flags.certificates ?? file?.gitlab.certificates),
      repositories: chosen, isPart: isPart, jobs: jobs, limits: file?.limits ?? Limits(),
      network: file?.network ?? Network())
  }

  /// Takes the one repository that flags describe, or those of the file that flags select.
  private static func repositories(
    flags: ConfigurationFlags, file: ConfigurationFile?
  ) throws(ConfigurationError) -> [Repository] {
    if let project = flags.project { return [try single(project: project, flags: flags)] }
    guard let file else {
      throw ConfigurationError(
        .missing, at: "configuration", "there is no \(Self.defaultPath) here and no --project",
        hint: "give --config FILE, or --gitlab URL --project ID --product KEY")
    }
    guard !file.repositories.isEmpty else {
      throw ConfigurationError(
        .missing, at: file.path, "no repository is configured", hint: "add [[product]] with [[product.repository]]")
    }
    var chosen = file.repositories
    if !flags.products.isEmpty {
      let known = chosen.map(\.key.product.string)
      for product in flags.products { try check(product, among: known, flag: "--product", in: file.path) }
      chosen.removeAll { repository in !flags.products.contains { Text($0) == repository.key.product } }
    }
    if !flags.repositories.isEmpty {
      let known = chosen.map(\.key.repository.string)
      for repository in flags.repositories { try check(repository, among: known, flag: "--repository", in: file.path) }
      chosen.removeAll { repository in !flags.repositories.contains { Text($0) == repository.key.repository } }
    }
    return chosen
  }

  private static func single(project: String, flags: ConfigurationFlags) throws(ConfigurationError) -> Repository {
    guard let product = flags.products.first, flags.products.count == 1, flags.repositories.count <= 1 else {
      throw ConfigurationError(
        .missing, at: "--project", "needs exactly one --product, and at most one --repository",
        hint: "give --gitlab URL --project ID --product KEY")
    }
    try ConfigurationFile.check(project: project, at: "--project")
    try ConfigurationFile.check(key: product, at: "--product")
    let named = flags.repositories.first ?? project.split(separator: "/").last.map(String.init) ?? project
    try ConfigurationFile.check(key: named, at: "--repository")
    return Repository(key: RepositoryKey(product: Text(product), repository: Text(named)), project: project)
  }

  private static func check(
    _ key: String, among known: [String], flag: String, in path: String
  ) throws(ConfigurationError) {
    guard !known.contains(where: { Text($0) == Text(key) }) else { return }
    throw ConfigurationError(
      .selection, at: flag, "\(path) has no `\(SafeText.escape(key))`",
      hint: Nearest.key(to: key, among: known).map { "did you mean `\(SafeText.escape($0))`?" })
  }
}
